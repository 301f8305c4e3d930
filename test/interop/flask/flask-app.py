"""A Flask application whose sessions are in Flask's own signed cookie: flask-app.py PORT SECRET."""

import sys
from datetime import datetime, timezone
from uuid import UUID

from flask import Flask, current_app, flash, get_flashed_messages, jsonify, request, session
from markupsafe import Markup
from werkzeug.serving import make_server

port, secret = sys.argv[1:]
app = Flask(__name__)
app.secret_key = secret

VALUES = {
    "none": None,
    "yes": True,
    "int": 42,
    "negative": -7,
    "big": 2**70,
    "beyond": 2**53 + 1,
    "float": 1.5,
    "whole": 1.0,
    "zero": -0.0,
    "large": 1e16,
    "tiny": 1e-07,
    "text": "Zo\u00eb \u2603 \U0001f600 \x7f\"\\/<&\n",
    "half": "\ud83d",
    "list": [1, "a", [], 2.0],
    "tuple": (1, (2, [3.0]), ()),
    "bytes": b"\xff\x00ab",
    "markup": Markup("<b>hi</b>"),
    "uuid": UUID("12345678123456789abcdef012345678"),
    "datetime": datetime(2024, 2, 29, 12, 30, 45, tzinfo=timezone.utc),
    "tag": {" t": "no tuple"},
    "tags": {" di": {" b__": {" b": (1.0,)}}},
    "inherited": {"constructor": 1, "toString": 2},
    "\uffee": 1,
    "\U0001f600": 2,
}


def shown():
    """The session as Python writes it, which tells a tuple from a list and a float from an int."""
    return repr(sorted(session.items()))


@app.get("/fill")
def fill():
    session.update(VALUES)
    session.permanent = True
    return jsonify(shown=shown())


@app.get("/show")
def show():
    return jsonify(shown=shown())


@app.get("/count")
def count():
    session["visits"] = session.get("visits", 0) + 1
    return jsonify(visits=session["visits"])


@app.get("/flash")
def add_flash():
    flash("Hello")
    flash("Bad", "error")
    return jsonify(shown=shown())


@app.get("/flashes")
def show_flashes():
    return jsonify(flashes=get_flashed_messages(with_categories=True))


@app.get("/login/<user>")
def login(user):
    """What Flask-Login's login_user leaves in the session."""
    session.update(_user_id=user, _fresh=True, _id="0" * 128)
    session.permanent = True
    return jsonify(shown=shown())


@app.get("/text/<int:length>")
def long_text(length):
    session["text"] = "a" * length
    return jsonify(shown=shown())


@app.post("/again")
def again():
    """Reads cookies as Flask reads them, and writes each anew."""
    serializer = current_app.session_interface.get_signing_serializer(current_app)
    return jsonify([serializer.dumps(serializer.loads(cookie)) for cookie in request.get_json()])


server = make_server("127.0.0.1", int(port), app, threaded=True)
print("ready", flush=True)
server.serve_forever()
