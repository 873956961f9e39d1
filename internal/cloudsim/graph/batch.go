package graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// batchItems is how many requests a batch may hold.
const batchItems = 20

func batchOperations() []operation {
	return []operation{{method: http.MethodPost, path: "/$batch", versions: both, area: directory, allow: anyToken, handle: (*call).batch}}
}

type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch runs up to twenty requests, each with its own checks and its own status, and answers them in another order than asked.
func (c *call) batch() error {
	var batch struct {
		Requests []batchRequest `json:"requests"`
	}
	payload, err := io.ReadAll(io.LimitReader(c.r.Body, 4<<20))
	if err != nil || json.Unmarshal(payload, &batch) != nil {
		return badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	if len(batch.Requests) == 0 || len(batch.Requests) > batchItems {
		return badRequest(fmt.Sprintf("Number of batch request steps exceeds the maximum value of %d.", batchItems))
	}
	done := map[string]int{}
	var answers []object
	for _, q := range batch.Requests {
		if _, twice := done[q.ID]; twice || q.ID == "" {
			return badRequest("Request Id : " + q.ID + " is not unique in the batch.")
		}
		answer := c.batchItem(q, done)
		done[q.ID], _ = answer[1].value.(int)
		answers = append(answers, answer)
	}
	slices.Reverse(answers)
	c.status, c.body = http.StatusOK, appendObject(c.body[:0], object{{"responses", answers}})
	return nil
}

// batchItem runs one request, unless one that it depends on failed.
func (c *call) batchItem(q batchRequest, done map[string]int) object {
	for _, id := range q.DependsOn {
		if status, ran := done[id]; !ran || status >= 400 {
			failure := object{{"error", object{{"code", "FailedDependency"}, {"message", "The request depends on " + id + ", which failed."}}}}
			return object{{"id", q.ID}, {"status", http.StatusFailedDependency}, {"headers", object{{"Content-Type", "application/json"}}}, {"body", failure}}
		}
	}
	address, err := url.Parse("/" + c.version() + "/" + strings.TrimPrefix(q.URL, "/"))
	if err != nil || strings.HasPrefix(q.URL, "http") || strings.HasPrefix(strings.TrimPrefix(q.URL, "/"), "$batch") {
		failure := object{{"error", object{{"code", "BadRequest"}, {"message", "Invalid batch URL: " + q.URL}}}}
		return object{{"id", q.ID}, {"status", http.StatusBadRequest}, {"headers", object{{"Content-Type", "application/json"}}}, {"body", failure}}
	}
	r := c.r.Clone(c.r.Context())
	r.Method, r.URL, r.RequestURI = strings.ToUpper(q.Method), address, address.RequestURI()
	r.Header = http.Header{"Authorization": c.r.Header["Authorization"]}
	for k, v := range q.Headers {
		r.Header.Set(k, v)
	}
	r.Body = io.NopCloser(bytes.NewReader(q.Body))
	w := &recorder{header: http.Header{}}
	c.s.ServeHTTP(w, r)
	headers := object{}
	for _, name := range []string{"Content-Type", "Retry-After", "request-id"} {
		if v := w.header.Get(name); v != "" {
			headers = append(headers, member{name, v})
		}
	}
	answer := object{{"id", q.ID}, {"status", w.status}, {"headers", headers}}
	switch {
	case len(w.body) == 0:
	case strings.HasPrefix(w.header.Get("Content-Type"), "application/json") && json.Valid(w.body):
		answer = append(answer, member{"body", raw(w.body)})
	default:
		answer = append(answer, member{"body", base64.StdEncoding.EncodeToString(w.body)})
	}
	return answer
}

// recorder keeps the answer to one request of a batch.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { w.body = append(w.body, b...); return len(b), nil }
