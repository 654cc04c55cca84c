"""Posts JSON documents to the admin pages of Local AWS, one for each argument after the page's name.

usage: local.py URL PAGE JSON...
"""

import sys
import urllib.request

URL, PAGE, *DOCUMENTS = sys.argv[1:]
for document in DOCUMENTS:
    request = urllib.request.Request(f"{URL}/_local/{PAGE}", data=document.encode(), method="POST")
    urllib.request.urlopen(request).close()
