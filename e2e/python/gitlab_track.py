"""Sends events with GitLab's Python SDK. Usage: gitlab_track.py COLLECTOR_URL APP_ID"""
import sys

from gitlab_sdk import Client

collector, app_id = sys.argv[1:3]
client = Client(app_id=app_id, host=collector, async_emitter=False)
client.track("bare")
client.identify("user-1", {"user_name": "Jane"})
client.track("purchased", {"plan": "gold", "seats": 3})
client.tracker.flush(is_async=False)
print("sent")
