package provisioning

import (
	"encoding/json"
	"time"
)

// FileFormat and FileVersion stand at the head of exported mappings, so that a file says what it is.
const (
	FileFormat  = "tenantry.mappings"
	FileVersion = 1
)

// File is the mappings of a job as they are exported: the rules are Microsoft's own words (synchronizationSchema).
type File struct {
	Format      string          `json:"format"`
	Version     int             `json:"version"`
	Application string          `json:"application"`
	Customer    string          `json:"customer"`
	Template    string          `json:"template"`
	Schema      string          `json:"schema_version"`
	ReadAt      time.Time       `json:"read_at"`
	Rules       json.RawMessage `json:"synchronizationRules"`
}

// NewFile is the export of a job's mappings.
func NewFile(s Schema) File {
	return File{FileFormat, FileVersion, s.AppName, s.TenantName, s.Template, s.Version, s.ReadAt.UTC(), s.Rules}
}
