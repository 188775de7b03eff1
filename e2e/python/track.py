"""Sends events with the real Python tracker and prints, as JSON, the ids it gave them.

Usage: track.py COLLECTOR_URL APP_ID
"""
import json
import sys
from urllib.parse import urlparse

from snowplow_tracker import Emitter, PageView, SelfDescribing, SelfDescribingJson, StructuredEvent, Subject, Tracker

collector, app_id = sys.argv[1:3]
failures = []
emitter = Emitter(
    urlparse(collector).netloc,
    protocol="http",
    method="post",
    batch_size=3,
    on_failure=lambda sent, unsent: failures.append(len(unsent)),
)
subject = Subject().set_platform("srv").set_user_id("python-user").set_lang("en").set_ip_address("81.2.69.142")
tracker = Tracker("py", emitter, subject=subject, app_id=app_id, encode_base64=False)

link_click = "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1"
events = {
    "page_view": PageView(page_url="https://shop.example/py?q=1", page_title="From Python"),
    "event": StructuredEvent(category="cart", action="add", label="kettle", property_="red", value=2.5),
    "link_click": SelfDescribing(SelfDescribingJson(link_click, {"targetUrl": "https://shop.example/next"})),
    "bad": SelfDescribing(SelfDescribingJson(link_click, {"elementId": "no-target"})),
}
ids = {name: tracker.track(event) for name, event in events.items()}
tracker.flush()
print(json.dumps({"ids": ids, "failures": failures}))
