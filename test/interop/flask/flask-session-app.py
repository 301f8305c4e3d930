"""
An application of Flask-Session whose records are files: flask-session-app.py PORT SECRET FOLDER SIGNER SERIALIZER.
SIGNER is "signed" or "plain"; SERIALIZER is "pickle", which is cachelib's own, or "msgpack".
"""

import sys

import msgpack
from flask import Flask, jsonify, session
from flask_session import Session
from werkzeug.serving import make_server

port, secret, folder, signer, serializer = sys.argv[1:]


class MsgpackSerializer:
    def dump(self, value, file):
        file.write(msgpack.packb(value, datetime=True))

    def load(self, file):
        return msgpack.unpackb(file.read(), timestamp=3)


app = Flask(__name__)
app.secret_key = secret
app.config.update(
    SESSION_TYPE="filesystem",
    SESSION_FILE_DIR=folder,
    SESSION_USE_SIGNER=signer == "signed",
    SESSION_FILE_THRESHOLD=0,
)
Session(app)
if serializer == "msgpack":
    app.session_interface.cache.serializer = MsgpackSerializer()


@app.get("/count")
def count():
    session["visits"] = session.get("visits", 0) + 1
    return jsonify(visits=session["visits"])


@app.get("/show")
def show():
    return jsonify(shown=repr(sorted(session.items())))


server = make_server("127.0.0.1", int(port), app, threaded=True)
print("ready", flush=True)
server.serve_forever()
