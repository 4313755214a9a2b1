"""Takes the browser's place: a client that uses `webbrowser` runs this command with the URL."""

import json
import sys

print(json.dumps({"open": sys.argv[1]}), flush=True)
