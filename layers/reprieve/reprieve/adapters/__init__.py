"""The only modules that know AWS' client or open a socket; each fills one port."""
