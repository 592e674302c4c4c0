"""What the tests of this folder cannot show; every run of them prints it."""

NOT_EMULATED = """\
The emulated AWS of tests/stacks does not show: how long snapshots, CloudFront, certificates and DNS
take; what roles permit; requests through API Gateway and CloudFront; deliveries of EventBridge;
quotas except those of Lambda; bills. docs/first-deployment.md has the commands for an account."""
