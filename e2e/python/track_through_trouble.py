"""Goes on tracking while the collector cannot be reached, and ends once nothing waits to be sent.

Usage: track_through_trouble.py COLLECTOR_URL APP_ID SDK      (SDK: snowplow or gitlab)
"""
import sys
import time
from urllib.parse import urlparse

from gitlab_sdk import Client
from snowplow_tracker import Emitter, StructuredEvent, Tracker

collector, app_id, sdk = sys.argv[1:4]
ACTIONS = 12
PAUSE_SECONDS = 1.5
PATIENCE_SECONDS = 60

if sdk == "gitlab":
    client = Client(app_id=app_id, host=collector, async_emitter=False)
    tracker = client.tracker
    track = lambda action: client.track("retries", {"action": str(action)})
else:
    emitter = Emitter(urlparse(collector).netloc, protocol="http", method="post", batch_size=1, request_timeout=3)
    tracker = Tracker("py", emitter, app_id=app_id)
    track = lambda action: tracker.track(StructuredEvent(category="retries", action=str(action)))

for action in range(ACTIONS):
    track(action)
    time.sleep(PAUSE_SECONDS)

deadline = time.monotonic() + PATIENCE_SECONDS
while any(emitter.event_store.size() > 0 for emitter in tracker.emitters):
    if time.monotonic() > deadline:
        raise SystemExit("the tracker still holds events that it could not send")
    tracker.flush(is_async=False)
    time.sleep(0.5)
