"""Makes users with Django itself, in the database of a file of SQLite, and prints what tests need to know of them.

/usr/bin/python3 django_shop.py FILE < persons.json
"""
import json
import sys
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    PASSWORD_HASHERS=[
        "django.contrib.auth.hashers." + name
        for name in ("PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "Argon2PasswordHasher",
                     "BCryptSHA256PasswordHasher", "BCryptPasswordHasher", "MD5PasswordHasher")
    ],
)
django.setup()
from django.contrib.auth.hashers import BCryptPasswordHasher, BCryptSHA256PasswordHasher, make_password
from django.contrib.auth.models import Group, User
from django.core.management import call_command

# As cheap as they may be.
BCryptSHA256PasswordHasher.rounds = BCryptPasswordHasher.rounds = 4
call_command("migrate", verbosity=0)
told = {}
for person in json.load(sys.stdin):
    user = User.objects.create(
        username=person["username"],
        email=person.get("email", ""),
        is_active=person.get("active", True),
        is_staff=person.get("staff", False),
        is_superuser=person.get("superuser", False),
        password=make_password(person.get("password"), hasher=person.get("hasher", "default")),
    )
    for name in person.get("groups", []):
        user.groups.add(Group.objects.get_or_create(name=name)[0])
    told[user.username] = {"id": str(user.id), "joined": user.date_joined.isoformat()}
print(json.dumps(told))
