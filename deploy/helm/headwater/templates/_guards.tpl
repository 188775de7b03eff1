{{/* Stops the rendering with a sentence when a value is missing that nothing can be guessed for. */}}
{{- define "headwater.guards" -}}
{{- if not .Values.kafka.brokers -}}
{{- fail "kafka.brokers is empty. Set it to the brokers of your Kafka cluster, e.g. --set 'kafka.brokers={kafka-0:9092,kafka-1:9092}'." -}}
{{- end -}}
{{- if not .Values.registry.url -}}
{{- fail "registry.url is empty. Set it to the base URL of your schema registry, e.g. --set registry.url=http://registry:8081." -}}
{{- end -}}
{{- if not .Values.clickhouse.url -}}
{{- fail "clickhouse.url is empty. Set it to the HTTP interface of ClickHouse, e.g. --set clickhouse.url=http://clickhouse:8123." -}}
{{- end -}}
{{- if and .Values.enricher.enabled (not .Values.pseudonym.existingSecret) -}}
{{- fail "pseudonym.existingSecret is empty. Create a secret with a key file as docs/how-to/kubernetes.md shows, and set its name: events are pseudonymised by default." -}}
{{- end -}}
{{- if lt (int .Values.topics.replicationFactor) (int .Values.topics.minInsyncReplicas) -}}
{{- fail "topics.minInsyncReplicas is larger than topics.replicationFactor: no write could ever be acknowledged. Lower the one or raise the other." -}}
{{- end -}}
{{- if gt (int .Values.qualityMonitor.replicas) 1 -}}
{{- fail "qualityMonitor.replicas is larger than 1: the monitor compares all apps with one memory, and two would each see half. Set it to 1." -}}
{{- end -}}
{{- if ne .Values.kafka.sasl.mechanism "none" -}}
{{- if and (eq .Values.kafka.sasl.mechanism "plain") (not .Values.kafka.tls.enabled) -}}
{{- fail "kafka.sasl.mechanism is plain and kafka.tls.enabled is false: passwords would travel readable. Enable TLS, or use scram-sha-512." -}}
{{- end -}}
{{- $users := list "collector" "enricher" "validator" "loader" "qualityMonitor" "jobs" -}}
{{- if .Values.jobs.acls.enabled -}}
{{- $users = append $users "admin" -}}
{{- end -}}
{{- range $key := $users -}}
{{- if not (index $.Values.kafka.users $key).existingSecret -}}
{{- fail (printf "kafka.users.%s.existingSecret is empty, but kafka.sasl.mechanism is %s. Create a secret with the password of that user and set its name: docs/how-to/secure.md shows how." $key $.Values.kafka.sasl.mechanism) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
