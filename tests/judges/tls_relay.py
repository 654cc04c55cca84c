"""Passes TLS on to HOST:PORT, with a certificate that a new authority signs: `ca.pem` in the working directory.

Prints its port. `openssl` makes the certificates.
"""

import pathlib
import socket
import ssl
import subprocess
import sys
import threading


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)


def certificates():
    usual = ["-newkey", "rsa:2048", "-nodes"]
    authority = ["-subj", "/CN=company CA", "-addext", "basicConstraints=critical,CA:TRUE"]
    openssl("req", "-x509", *usual, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", *authority)
    openssl("req", *usual, "-keyout", "key.pem", "-out", "server.csr", "-subj", "/CN=localhost")
    pathlib.Path("extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions"]
    openssl("x509", "-req", "-in", "server.csr", "-out", "cert.pem", *signed)


def pump(source, target):
    try:
        while data := source.recv(16384):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(client, context, upstream):
    try:
        client = context.wrap_socket(client, server_side=True)
    except (OSError, ssl.SSLError):
        return
    server = socket.create_connection(upstream)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main():
    host, port = sys.argv[1].split(":")
    certificates()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, context, (host, int(port))), daemon=True).start()


main()
