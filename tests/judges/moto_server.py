"""moto's server with three of its S3 answers put right; `moto_gaps.py` shows what it answers without.

usage: moto_server.py -H 127.0.0.1 -p PORT
"""

import sys

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.server import main

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
XML = {"Content-Type": "application/xml"}
notification = S3Response.get_bucket_notification


def get_bucket_versioning(self):
    """AWS's root element is VersioningConfiguration; the Rust SDK refuses another."""
    status = self.backend.get_bucket_versioning(self.bucket_name)
    inner = f"<Status>{status}</Status>" if status else ""
    return 200, XML, f"<VersioningConfiguration {NAMESPACE}>{inner}</VersioningConfiguration>"


def get_bucket_notification(self):
    """The same for the configuration of a bucket that has none."""
    if not self.backend.get_bucket_notification_configuration(self.bucket_name):
        return 200, XML, f"<NotificationConfiguration {NAMESPACE}/>"
    return notification(self)


S3Response.get_bucket_versioning = get_bucket_versioning
S3Response.get_bucket_notification = get_bucket_notification
# Policies of buckets are judged without their conditions, so that a denial of plain HTTP denies everything.
FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL
main(sys.argv[1:])
