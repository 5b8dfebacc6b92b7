"""A person whom a SAML provider vouches for."""

from reprieve.callers.identity_provider import reader

TYPE = "SAMLUser"

read = reader(TYPE, "SAML user")
