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

{{/* Port that an address of HTTP names, or that its scheme stands for. */}}
{{- define "headwater.portOf" -}}
{{- $host := (urlParse .).host -}}
{{- $port := regexFind ":[0-9]+$" $host | trimPrefix ":" -}}
{{- if $port -}}{{ $port }}{{- else if hasPrefix "https:" . -}}443{{- else -}}80{{- end -}}
{{- end -}}

{{/* Where a program that uses the parts of a list goes, as rules of a NetworkPolicy: by ports, and to find names. Call with root and parts. */}}
{{- define "headwater.egressRules" -}}
{{- $values := .root.Values -}}
{{- $egress := $values.networkPolicy.egress -}}
{{- $ports := list -}}
{{- if has "kafka" .parts -}}
{{- range $values.kafka.brokers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" . | int) -}}
{{- end -}}
{{- end -}}
{{- if has "registry" .parts -}}
{{- $ports = append $ports (include "headwater.portOf" $values.registry.url | int) -}}
{{- end -}}
{{- if has "clickhouse" .parts -}}
{{- $ports = append $ports (include "headwater.portOf" $values.clickhouse.url | int) -}}
{{- end -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
- ports:
    {{- range concat $ports $egress.ports | uniq }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- with $egress.extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Key of a program in kafka.users: the component is the name of a service, or of a job. */}}
{{- define "headwater.kafkaUser" -}}
{{- if eq .component "quality-monitor" -}}qualityMonitor
{{- else if eq .component "job-acls" -}}admin
{{- else if hasPrefix "job-" .component -}}jobs
{{- else -}}{{ .component }}
{{- end -}}
{{- end -}}

{{/* User and password secret of a program for ClickHouse, as YAML: its own, or the one for all. */}}
{{- define "headwater.clickhouseUser" -}}
{{- $keys := dict "loader" "loader" "quality-monitor" "qualityMonitor" "job-migrate" "migrate" "job-grants" "admin" -}}
{{- $all := .root.Values.clickhouse -}}
{{- $own := index $all.users (get $keys .component) -}}
{{- if $own.username -}}
{{- toYaml $own -}}
{{- else -}}
{{- toYaml (dict "username" $all.username "existingSecret" $all.existingSecret "passwordKey" $all.passwordKey) -}}
{{- end -}}
{{- end -}}

{{/* Where what a program trusts besides the authorities of Node is mounted. */}}
{{- define "headwater.extraCaFile" -}}
/etc/headwater/extra-ca/ca.crt
{{- end -}}

{{/* What a program must be told to find the parts it talks to. Call with root and a list of the parts. */}}
{{- define "headwater.connectionEnv" -}}
{{- $values := .root.Values -}}
{{- if has "kafka" .parts }}
- name: KAFKA__BROKERS
  value: {{ join "," $values.kafka.brokers | quote }}
- name: KAFKA__TOPIC_PREFIX
  value: {{ $values.kafka.topicPrefix | quote }}
{{- $user := index $values.kafka.users (include "headwater.kafkaUser" .) }}
{{- if $values.kafka.tls.enabled }}
- name: KAFKA__SSL
  value: "true"
{{- if $values.kafka.tls.caSecret }}
- name: KAFKA__SSL_CA_FILE
  value: /etc/headwater/kafka-ca/ca.crt
{{- end }}
{{- if $user.tlsSecret }}
- name: KAFKA__SSL_CERT_FILE
  value: /etc/headwater/kafka-tls/tls.crt
- name: KAFKA__SSL_KEY_FILE
  value: /etc/headwater/kafka-tls/tls.key
{{- end }}
{{- end }}
{{- if ne $values.kafka.sasl.mechanism "none" }}
- name: KAFKA__SASL__MECHANISM
  value: {{ $values.kafka.sasl.mechanism }}
- name: KAFKA__SASL__USERNAME
  value: {{ $user.username | quote }}
- name: KAFKA__SASL__PASSWORD_FILE
  value: /etc/headwater/kafka/password
{{- end }}
{{- end }}
{{- if has "registry" .parts }}
- name: REGISTRY__URL
  value: {{ $values.registry.url | quote }}
{{- if $values.registry.existingSecret }}
- name: REGISTRY__USERNAME
  value: {{ $values.registry.username | quote }}
- name: REGISTRY__PASSWORD_FILE
  value: /etc/headwater/registry/password
{{- end }}
{{- end }}
{{- if has "clickhouse" .parts }}
- name: CLICKHOUSE__URL
  value: {{ $values.clickhouse.url | quote }}
- name: CLICKHOUSE__DATABASE
  value: {{ $values.clickhouse.database | quote }}
{{- $user := include "headwater.clickhouseUser" . | fromYaml }}
- name: CLICKHOUSE__USERNAME
  value: {{ $user.username | quote }}
{{- if $user.existingSecret }}
- name: CLICKHOUSE__PASSWORD_FILE
  value: /etc/headwater/clickhouse/password
{{- end }}
{{- end }}
{{- if $values.tls.caSecret }}
# For HTTPS to the schema registry, to ClickHouse and to sources of schemas.
- name: NODE_EXTRA_CA_CERTS
  value: {{ include "headwater.extraCaFile" . }}
{{- end }}
{{- if has "pseudonym" .parts }}
- name: PSEUDONYM__KEYS_FILE
  value: /etc/headwater/pseudonym/keys
{{- end }}
{{- if and (has "admin" .parts) $values.admin.existingSecret }}
- name: ADMIN__TOKEN_FILE
  value: /etc/headwater/admin/token
{{- end }}
{{- end -}}

{{/* A secret of which one key becomes one file. Call with name, secret, key and path. */}}
{{- define "headwater.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret }}
    items:
      - key: {{ .key }}
        path: {{ .path }}
{{ end -}}

{{- define "headwater.secretVolumes" -}}
{{- $values := .root.Values -}}
{{- if has "kafka" .parts -}}
{{- $user := index $values.kafka.users (include "headwater.kafkaUser" .) -}}
{{- if and $values.kafka.tls.enabled $values.kafka.tls.caSecret -}}
{{ include "headwater.secretVolume" (dict "name" "kafka-ca" "secret" $values.kafka.tls.caSecret "key" $values.kafka.tls.caKey "path" "ca.crt") }}
{{- end -}}
{{- if and $values.kafka.tls.enabled $user.tlsSecret -}}
- name: kafka-tls
  secret:
    secretName: {{ $user.tlsSecret }}
    items:
      - key: tls.crt
        path: tls.crt
      - key: tls.key
        path: tls.key
{{ end -}}
{{- if ne $values.kafka.sasl.mechanism "none" -}}
{{ include "headwater.secretVolume" (dict "name" "kafka-password" "secret" $user.existingSecret "key" $user.passwordKey "path" "password") }}
{{- end -}}
{{- end -}}
{{- if and (has "registry" .parts) $values.registry.existingSecret -}}
{{ include "headwater.secretVolume" (dict "name" "registry-password" "secret" $values.registry.existingSecret "key" $values.registry.passwordKey "path" "password") }}
{{- end -}}
{{- if has "clickhouse" .parts -}}
{{- $user := include "headwater.clickhouseUser" . | fromYaml -}}
{{- if $user.existingSecret -}}
{{ include "headwater.secretVolume" (dict "name" "clickhouse-password" "secret" $user.existingSecret "key" $user.passwordKey "path" "password") }}
{{- end -}}
{{- end -}}
{{- if $values.tls.caSecret -}}
{{ include "headwater.secretVolume" (dict "name" "extra-ca" "secret" $values.tls.caSecret "key" $values.tls.caKey "path" "ca.crt") }}
{{- end -}}
{{- if has "pseudonym" .parts -}}
{{ include "headwater.secretVolume" (dict "name" "pseudonym-keys" "secret" $values.pseudonym.existingSecret "key" $values.pseudonym.keysKey "path" "keys") }}
{{- end -}}
{{- if and (has "admin" .parts) $values.admin.existingSecret -}}
{{ include "headwater.secretVolume" (dict "name" "admin-token" "secret" $values.admin.existingSecret "key" $values.admin.tokenKey "path" "token") }}
{{- end -}}
{{- end -}}

{{/* Every secret volume is mounted where the variables say. */}}
{{- define "headwater.secretMounts" -}}
{{- $folders := dict "kafka-ca" "kafka-ca" "extra-ca" "extra-ca" "kafka-tls" "kafka-tls" "kafka-password" "kafka" "registry-password" "registry" "clickhouse-password" "clickhouse" "pseudonym-keys" "pseudonym" "admin-token" "admin" -}}
{{- range (include "headwater.secretVolumes" . | fromYamlArray) }}
- name: {{ .name }}
  mountPath: /etc/headwater/{{ get $folders .name }}
  readOnly: true
{{- end }}
{{- end -}}
