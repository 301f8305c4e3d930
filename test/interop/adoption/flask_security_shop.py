"""Makes users with Flask-Security itself, in the database of a URL of SQLAlchemy, and prints what tests need to know of them.

/usr/bin/python3 flask_security_shop.py URL < persons.json
"""
import json
import sys
from datetime import datetime
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_security import Security, SQLAlchemyUserDatastore, hash_password
from flask_security.models import fsqla_v3 as fsqla

url = sys.argv[1]
orders = json.load(sys.stdin)
db = SQLAlchemy()
fsqla.FsModels.set_db_info(db)


class Role(db.Model, fsqla.FsRoleMixin):
    pass


class User(db.Model, fsqla.FsUserMixin):
    # Its models have it only beside a package that Debian does not have.
    webauthn = db.relationship("WebAuthn", backref="users", cascade="all, delete")


class WebAuthn(db.Model, fsqla.FsWebAuthnMixin):
    pass


def application(scheme):
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="k" * 40,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_TRACK_MODIFICATIONS=False,
        SECURITY_PASSWORD_SALT=orders["salt"],
        SECURITY_PASSWORD_HASH=scheme,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={"bcrypt__rounds": 4, "pbkdf2_sha512__rounds": 1000, "sha512_crypt__rounds": 1000,
                                              "argon2__memory_cost": 1024, "argon2__rounds": 1},
        SECURITY_TWO_FACTOR=True,
        # For SMS, it would check numbers with a package of its own.
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["email", "authenticator"],
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=orders.get("codeKeys"),
        SECURITY_TOTP_SECRETS=orders["totpSecrets"],
        SECURITY_TOTP_ISSUER="shop",
    )
    db.init_app(app)
    app.store = SQLAlchemyUserDatastore(db, User, Role, WebAuthn)
    app.security = Security(app, app.store, register_blueprint=False)
    return app


def stamp(text):
    return None if text is None else datetime.fromisoformat(text)


apps = {}
told = {}
for person in orders["persons"]:
    scheme = person.get("scheme", "argon2")
    if scheme not in apps:
        apps[scheme] = application(scheme)
    app = apps[scheme]
    with app.app_context():
        db.create_all()
        store = app.store
        password = person.get("password")
        user = store.create_user(
            email=person["email"],
            username=person.get("username"),
            password=person.get("hash") or (None if password is None else hash_password(app.security._password_util.normalize(password))),
            active=person.get("active", True),
            confirmed_at=stamp(person.get("confirmed")),
            roles=[store.find_or_create_role(name) for name in person.get("roles", [])],
        )
        for name in ("last_login_at", "current_login_at"):
            setattr(user, name, stamp(person.get(name)))
        for name in ("last_login_ip", "current_login_ip", "login_count", "tf_totp_secret"):
            setattr(user, name, person.get(name))
        store.commit()
        fact = {"id": str(user.id)}
        totp = app.security._totp_factory
        if "factor" in person:
            secret = totp.generate_totp_secret()
            store.tf_set(user, person["factor"], totp_secret=secret, phone=person.get("phone"))
            fact["secret"] = totp.get_totp_pretty_key(secret).replace("-", "")
        if "plain" in person:
            store.tf_set(user, "authenticator", totp_secret=totp._totp(key=person["plain"]).to_json(encrypt=False))
        if "unified" in person:
            secret = totp.generate_totp_secret()
            store.us_set(user, "authenticator", totp_secret=secret)
            fact["secret"] = totp.get_totp_pretty_key(secret).replace("-", "")
        if person.get("codes"):
            fact["codes"] = app.security._mf_recovery_codes_util.create_recovery_codes(user)
        if "passkey" in person:
            passkey = person["passkey"]
            user.fs_webauthn_user_handle = passkey["handle"]
            store.create_webauthn(
                user,
                credential_id=bytes.fromhex(passkey["id"]),
                public_key=bytes.fromhex(passkey["publicKey"]),
                name="my key",
                sign_count=7,
                usage="first",
                device_type="single_device",
                backup_state=False,
                transports=["usb", "nfc"],
                extensions=json.dumps({"credProps": {"rk": True}}),
            )
        store.commit()
        told[person["email"]] = fact
print(json.dumps(told))
