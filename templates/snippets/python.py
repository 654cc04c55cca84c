# More than one event: `pipectl client --python`.
import os
import urllib.request

request = urllib.request.Request("{endpoint}", b'{event}', {
    "content-type": "application/json",
    "x-api-key": {key},
})
with urllib.request.urlopen(request, timeout=30) as answer:
    print(answer.status)
