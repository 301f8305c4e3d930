"""The shop as it was in Flask: former-flask-shop.py PORT SECRET."""

import sys

from flask import Flask, flash, session
from werkzeug.serving import make_server

port, secret = sys.argv[1:]
app = Flask(__name__)
app.secret_key = secret


@app.get("/enter/<user>")
def enter(user):
    # As Flask-Login does.
    session.update(_user_id=user, _fresh=True, _id="0" * 128)
    session["cart"] = {"mug": 2}
    session["something else"] = "that the new shop does not know"
    flash("Your order is on its way.", "info")
    return "Welcome"


server = make_server("127.0.0.1", int(port), app)
print("ready", flush=True)
server.serve_forever()
