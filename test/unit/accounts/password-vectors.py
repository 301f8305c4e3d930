"""Prints hashes as the originals make them, for password-vectors.json. On Debian 12:

apt-get install python3-passlib python3-bcrypt python3-argon2 python3-django python3-flask-security
/usr/bin/python3 test/unit/accounts/password-vectors.py > test/unit/accounts/password-vectors.json
"""
import json
from passlib.hash import argon2, bcrypt, scrypt, pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512, sha256_crypt, sha512_crypt
import django
from django.conf import settings
settings.configure(PASSWORD_HASHERS=[])
django.setup()
from django.contrib.auth import hashers
import werkzeug.security as wz
from flask import Flask
from flask_security import Security, hash_password, datastore

pw = "Grüße, ﬁsh & 🚀"
long = "a long password, of more than seventy-two bytes, which bcrypt cuts off " * 2
out = []
def add(maker, form, password, hash, **more): out.append(dict(maker=maker, form=form, password=password, hash=hash, **more))
P = "passlib"
for p in ("correct horse", pw):
    add(P, "argon2id", p, argon2.using(type="ID", rounds=2, memory_cost=1024, parallelism=2).hash(p))
    add(P, "argon2i", p, argon2.using(type="I", rounds=2, memory_cost=1024, parallelism=1).hash(p))
    add(P, "argon2d", p, argon2.using(type="D", rounds=2, memory_cost=1024, parallelism=1).hash(p))
    for ident in ("2a", "2b", "2y"):
        add(P, "bcrypt " + ident, p, bcrypt.using(rounds=4, ident=ident).hash(p))
    add(P, "scrypt", p, scrypt.using(rounds=10).hash(p))
    add(P, "pbkdf2-sha1", p, pbkdf2_sha1.using(rounds=1000).hash(p))
    add(P, "pbkdf2-sha256", p, pbkdf2_sha256.using(rounds=1000).hash(p))
    add(P, "pbkdf2-sha512", p, pbkdf2_sha512.using(rounds=1000).hash(p))
    add(P, "sha256_crypt", p, sha256_crypt.using(rounds=5000).hash(p))
    add(P, "sha512_crypt", p, sha512_crypt.using(rounds=5000).hash(p))
    add(P, "sha512_crypt with rounds", p, sha512_crypt.using(rounds=1234).hash(p))
    add("Django", "pbkdf2_sha256", p, hashers.PBKDF2PasswordHasher().encode(p, "saltsaltsalt", 1000))
    add("Django", "pbkdf2_sha1", p, hashers.PBKDF2SHA1PasswordHasher().encode(p, "saltsaltsalt", 1000))
    h = hashers.Argon2PasswordHasher(); h.memory_cost = 1024
    add("Django", "argon2", p, h.encode(p, "saltsaltsalt"))
    add("Django", "bcrypt_sha256", p, hashers.BCryptSHA256PasswordHasher().encode(p, b"$2b$04$abcdefghijklmnopqrstuu"))
    add("Django", "bcrypt", p, hashers.BCryptPasswordHasher().encode(p, b"$2b$04$abcdefghijklmnopqrstuu"))
    add("Werkzeug", "pbkdf2", p, wz.generate_password_hash(p, "pbkdf2:sha256:1000"))
add(P, "bcrypt, cut", long, bcrypt.using(rounds=4).hash(long))
add(P, "sha512_crypt, long", long, sha512_crypt.using(rounds=1000).hash(long))
add(P, "sha256_crypt, long", long, sha256_crypt.using(rounds=1000).hash(long))
class User:
    fs_uniquifier = None
class Role:
    permissions = None
class Store(datastore.UserDatastore):
    pass
for scheme in ("argon2", "bcrypt", "pbkdf2_sha512", "sha512_crypt"):
    app = Flask(__name__)
    app.config.update(SECRET_KEY="k" * 40, SECURITY_PASSWORD_SALT="a salt for all", SECURITY_PASSWORD_HASH=scheme,
        SECURITY_PASSLIB_OPTIONS={"bcrypt__rounds": 4, "pbkdf2_sha512__rounds": 1000, "sha512_crypt__rounds": 1000,
                                  "argon2__memory_cost": 1024, "argon2__rounds": 2})
    app.security = Security(app, Store(User, Role), register_blueprint=False)
    with app.app_context():
        # Two of them are slow.
        for p in ("correct horse",) if scheme in ("argon2", "sha512_crypt") else ("correct horse", pw):
            normal = app.security._password_util.normalize(p)
            add("Flask-Security", scheme, p, hash_password(normal), salt="a salt for all")
print(json.dumps(out, indent=2, ensure_ascii=False))
