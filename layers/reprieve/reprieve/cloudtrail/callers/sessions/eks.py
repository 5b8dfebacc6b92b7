"""A pod of an EKS cluster, by its service account's token or by EKS Pod Identity.

The OpenID Connect provider of a cluster is proof; the service account is in the token's subject,
`system:serviceaccount:NAMESPACE:NAME`, which CloudTrail shows where `attributes` are filled.
EKS Pod Identity names the session `eks-CLUSTER-POD-UUID`, which anybody may do.
Source: EKS user guide, "IAM roles for service accounts" and "EKS Pod Identity"; CloudTrail user guide,
"CloudTrail userIdentity element", webIdFederationData.
"""

import re

from reprieve.cloudtrail.callers.sessions.session import UUID, RoleSession, Who
from reprieve.cloudtrail.callers.sessions.web_identity import subjects

_PROVIDER = re.compile(
    r"oidc\.eks\.[a-z0-9-]{1,32}\.amazonaws\.com(?:\.cn)?/id/(?P<cluster>[0-9A-Za-z]{1,64})"
)
_ACCOUNT = re.compile(r"system:serviceaccount:(?P<namespace>[a-z0-9.-]{1,63}):(?P<name>[a-z0-9.-]{1,253})")
_POD = re.compile(rf"eks-.+-{UUID}")


def read(session: RoleSession) -> Who | None:
    """Name the service account, the cluster's provider, or what Pod Identity calls the pod."""
    cluster = _PROVIDER.fullmatch(session.provider)
    if not cluster:
        is_pod = _POD.fullmatch(session.name)
        return Who(name=f"likely EKS pod {session.name}") if is_pod else None
    found = next((match for subject in subjects(session) if (match := _ACCOUNT.fullmatch(subject))), None)
    if found:
        return Who(name=f"EKS service account {found['namespace']}/{found['name']}")
    return Who(name=f"a pod of the EKS cluster with OIDC id {cluster['cluster']}")
