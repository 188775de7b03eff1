{{- define "headwater.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "headwater.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "headwater.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "headwater.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "headwater.selectorLabels" -}}
app.kubernetes.io/name: {{ include "headwater.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "headwater.labels" -}}
{{ include "headwater.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: headwater
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "headwater.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "headwater.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "headwater.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The pod standard "restricted", and a root file system that nothing is written to. */}}
{{- define "headwater.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "headwater.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What a program must be told to find the parts it talks to. Call with root and a list of the parts. */}}
{{- define "headwater.connectionEnv" -}}
{{- $values := .root.Values -}}
{{- if has "kafka" .parts }}
- name: KAFKA__BROKERS
  value: {{ join "," $values.kafka.brokers | quote }}
- name: KAFKA__TOPIC_PREFIX
  value: {{ $values.kafka.topicPrefix | quote }}
{{- end }}
{{- if has "registry" .parts }}
- name: REGISTRY__URL
  value: {{ $values.registry.url | quote }}
{{- end }}
{{- if has "clickhouse" .parts }}
- name: CLICKHOUSE__URL
  value: {{ $values.clickhouse.url | quote }}
- name: CLICKHOUSE__DATABASE
  value: {{ $values.clickhouse.database | quote }}
- name: CLICKHOUSE__USERNAME
  value: {{ $values.clickhouse.username | quote }}
{{- if $values.clickhouse.existingSecret }}
- name: CLICKHOUSE__PASSWORD_FILE
  value: /etc/headwater/clickhouse/password
{{- end }}
{{- end }}
{{- if has "pseudonym" .parts }}
- name: PSEUDONYM__KEYS_FILE
  value: /etc/headwater/pseudonym/keys
{{- end }}
{{- end -}}

{{- define "headwater.secretVolumes" -}}
{{- $values := .root.Values -}}
{{- if and (has "clickhouse" .parts) $values.clickhouse.existingSecret }}
- name: clickhouse-password
  secret:
    secretName: {{ $values.clickhouse.existingSecret }}
    items:
      - key: {{ $values.clickhouse.passwordKey }}
        path: password
{{- end }}
{{- if has "pseudonym" .parts }}
- name: pseudonym-keys
  secret:
    secretName: {{ $values.pseudonym.existingSecret }}
    items:
      - key: {{ $values.pseudonym.keysKey }}
        path: keys
{{- end }}
{{- end -}}

{{- define "headwater.secretMounts" -}}
{{- if and (has "clickhouse" .parts) .root.Values.clickhouse.existingSecret }}
- name: clickhouse-password
  mountPath: /etc/headwater/clickhouse
  readOnly: true
{{- end }}
{{- if has "pseudonym" .parts }}
- name: pseudonym-keys
  mountPath: /etc/headwater/pseudonym
  readOnly: true
{{- end }}
{{- end -}}
