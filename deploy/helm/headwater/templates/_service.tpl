{{- define "headwater.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "headwater.fullname" .root }}-{{ .component }}
  labels:
    {{- include "headwater.labels" . | nindent 4 }}
data:
  HTTP__HOST: "0.0.0.0"
  HTTP__PORT: "8080"
  {{- $config := dict "REGISTRY__IDS_FILE" "/tmp/schema-ids.json" }}
  {{- if .root.Values.registry.idsSeedConfigMap }}
  {{- $_ := set $config "REGISTRY__IDS_SEED_FILE" "/etc/headwater/schema-ids/seed.json" }}
  {{- end }}
  {{- range $name, $value := mergeOverwrite $config (default dict .values.config) }}
  {{ $name }}: {{ $value | toString | quote }}
  {{- end }}
{{- end -}}

{{- define "headwater.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "headwater.fullname" .root }}-{{ .component }}
  labels:
    {{- include "headwater.labels" . | nindent 4 }}
spec:
  replicas: {{ .values.replicas }}
  revisionHistoryLimit: 3
  strategy:
    {{- if eq .component "quality-monitor" }}
    # It compares all apps with one memory: two side by side would each see half.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    # A group is rebalanced once for each member that comes or goes: the new one comes first.
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  selector:
    matchLabels:
      {{- include "headwater.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "headwater.labels" . | nindent 8 }}
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ include "headwater.configMap" . | sha256sum }}
        prometheus.io/scrape: "true"
        prometheus.io/path: /metrics
        prometheus.io/port: "8080"
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "headwater.serviceAccountName" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
      securityContext:
        {{- include "headwater.podSecurityContext" . | nindent 8 }}
      containers:
        - name: {{ .component }}
          image: {{ include "headwater.image" .root | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: [{{ .component | quote }}]
          securityContext:
            {{- include "headwater.containerSecurityContext" . | nindent 12 }}
          ports:
            - name: http
              containerPort: 8080
          envFrom:
            - configMapRef:
                name: {{ include "headwater.fullname" .root }}-{{ .component }}
            {{- with .values.extraEnvFrom }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          env:
            {{- include "headwater.connectionEnv" . | trim | nindent 12 }}
            {{- if has .component (list "collector" "enricher") }}
            # More room for young objects than the image gives the others: theirs live longer.
            - name: NODE_OPTIONS
              value: --max-semi-space-size=32 --disable-warning=TimeoutNegativeWarning
            {{- end }}
            {{- with .values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          startupProbe:
            httpGet: { path: /health/live, port: http }
            periodSeconds: 2
            failureThreshold: 30
          livenessProbe:
            httpGet: { path: /health/live, port: http }
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /health/ready, port: http }
            periodSeconds: 5
            timeoutSeconds: 3
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- with include "headwater.secretMounts" . | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- if .root.Values.registry.idsSeedConfigMap }}
            - name: schema-ids
              mountPath: /etc/headwater/schema-ids
              readOnly: true
            {{- end }}
            {{- with .values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
        {{- with include "headwater.secretVolumes" . | trim }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with .root.Values.registry.idsSeedConfigMap }}
        - name: schema-ids
          configMap:
            name: {{ . }}
            items:
              - key: {{ $.root.Values.registry.idsSeedKey }}
                path: seed.json
        {{- end }}
        {{- with .values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.topologySpreadConstraints }}
      topologySpreadConstraints:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}

{{- define "headwater.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "headwater.fullname" .root }}-{{ .component }}
  labels:
    {{- include "headwater.labels" . | nindent 4 }}
  {{- with .values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .values.service.type }}
  selector:
    {{- include "headwater.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .values.service.port }}
      targetPort: http
{{- end -}}

{{- define "headwater.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "headwater.fullname" .root }}-{{ .component }}
  labels:
    {{- include "headwater.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  selector:
    matchLabels:
      {{- include "headwater.selectorLabels" . | nindent 6 }}
{{- end -}}
