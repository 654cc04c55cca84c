package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	event := strings.NewReader(`{event}`)
	request, err := http.NewRequest("POST", "{endpoint}", event)
	if err != nil {
		panic(err)
	}
	request.Header.Set("content-type", "application/json")
	request.Header.Set("x-api-key", {key})
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		message, _ := io.ReadAll(answer.Body)
		fmt.Fprintf(os.Stderr, "%s %s\n", answer.Status, message)
		os.Exit(1)
	}
	fmt.Println(answer.StatusCode)
}
