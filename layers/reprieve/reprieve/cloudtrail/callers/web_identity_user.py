"""Someone whom a web identity provider vouches for, by OpenID Connect or OAuth 2.0."""

from reprieve.cloudtrail.callers.identity_provider import reader

TYPE = "WebIdentityUser"

read = reader(TYPE, "web identity")
