package graph

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// refusal is an error as the service words it.
type refusal struct {
	status     int
	code       string
	message    string
	retryAfter float64 // seconds
	headers    map[string]string
	throttled  bool // the body of a 429 carries more
}

func (e *refusal) Error() string { return e.code + ": " + e.message }

func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: message}
}

func notFoundSegment(segment string) *refusal {
	return badRequest("Resource not found for the segment '" + segment + "'.")
}

// missing is the directory's answer for an object that is not there.
func missing(id string) *refusal {
	return &refusal{
		status: http.StatusNotFound, code: "Request_ResourceNotFound",
		message: "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present.",
	}
}

func denied() *refusal {
	return &refusal{status: http.StatusForbidden, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."}
}

// missingDevice is Intune's answer, with the back end's own JSON inside the message.
func (c *call) missingDevice(id string) *refusal {
	return &refusal{status: http.StatusNotFound, code: "ResourceNotFound", message: c.intuneJSON("Resource not found: "+id, "ResourceNotFound")}
}

// unscoped is Intune's refusal of a token without the permission. The app service words it as one flat line, the others as JSON.
func (c *call) unscoped(wanted []string) *refusal {
	text := "Application is not authorized to perform this operation. Application must have one of the following scopes: " + strings.Join(wanted, ", ")
	if strings.HasPrefix(c.path, "/deviceAppManagement") {
		return &refusal{
			status: http.StatusForbidden, code: "Forbidden",
			message: c.intuneLine("Application is not authorized to perform this operation") + " - CustomApiErrorPhrase: ",
		}
	}
	return &refusal{status: http.StatusForbidden, code: "Forbidden", message: c.intuneJSON(text, "")}
}

// roleless is Intune's refusal of a person without an Intune role: a 401 whose message is JSON in JSON.
func (c *call) roleless() *refusal {
	inner := c.intuneJSON("An error has occurred", "")
	b := append([]byte(nil), `{"ErrorCode":"Forbidden","Message":`...)
	b = appendString(b, inner)
	b = append(b, `,"Target":null,"Details":null,"InnerError":null,"InstanceAnnotations":[]}`...)
	return &refusal{status: http.StatusUnauthorized, code: "UnknownError", message: string(b)}
}

func (c *call) intuneLine(text string) string {
	return text + " - Operation ID (for customer support): " + zeroGUID + " - Activity ID: " + c.requestID +
		" - Url: https://fef." + intuneUnit(c.t.Index) + ".manage.microsoft.com/" + intuneService(c.path) + c.path + "?api-version=2025-07-04"
}

func (c *call) intuneJSON(text, phrase string) string {
	b := append([]byte(nil), "{\r\n  \"_version\": 3,\r\n  \"Message\": "...)
	b = appendString(b, c.intuneLine(text))
	b = append(b, ",\r\n  \"CustomApiErrorPhrase\": "...)
	b = appendString(b, phrase)
	return string(append(b, ",\r\n  \"RetryAfter\": null,\r\n  \"ErrorSourceService\": \"\",\r\n  \"HttpHeaders\": \"{}\"\r\n}"...))
}

func intuneUnit(tenant int) string { return "msub0" + strconv.Itoa(1+tenant%7) }

func intuneService(path string) string {
	if strings.HasPrefix(path, "/deviceAppManagement") {
		return "AppLifecycle_2510/StatelessAppMetadataFEService"
	}
	return "DeviceFE/StatelessDeviceFEService"
}

// refuse writes the error envelope.
func (c *call) refuse(err error) {
	e, ok := err.(*refusal)
	if !ok {
		e = &refusal{status: http.StatusInternalServerError, code: "generalException", message: "An unexpected error occurred."}
		c.note = err.Error()
	}
	if c.note == "" {
		c.note = e.code
	}
	c.status = e.status
	for k, v := range e.headers {
		c.w.Header().Set(k, v)
	}
	if e.retryAfter > 0 {
		c.w.Header().Set("Retry-After", strconv.FormatFloat(e.retryAfter, 'f', -1, 64))
	}
	client := c.r.Header.Get("client-request-id")
	if client == "" {
		client = c.requestID
	}
	inner := object{{"date", time.Now().UTC().Format("2006-01-02T15:04:05")}, {"request-id", c.requestID}, {"client-request-id", client}}
	if e.throttled {
		inner = append(object{{"code", "429"}, {"message", "Please retry after"}, {"status", "429"}}, inner...)
	}
	c.body = appendObject(c.body[:0], object{{"error", object{{"code", e.code}, {"message", e.message}, {"innerError", inner}}}})
}

var requests atomic.Uint64

// newRequestID is unique in the process and looks like a GUID.
func newRequestID() string {
	return newGUID(uint64(time.Now().UnixNano()), kindRequest, 0, int(requests.Add(1))).String()
}
