"""A person whom a SAML provider vouches for."""

from reprieve.cloudtrail.callers.identity_provider import reader

TYPE = "SAMLUser"

read = reader(TYPE, "SAML user")
