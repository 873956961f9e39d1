package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// sdkDevices bounds what the program on Microsoft's SDK reads, for it takes long.
const sdkDevices = 20_000

// measureSDK has a program on msgraph-sdk-go read the devices of a tenant and upsert each page into tables with the same indexes. It is
// a module of its own, because building the SDK takes minutes, and is built only when BENCH_SDK=1 asks for it.
func (b *bench) measureSDK(ctx context.Context) error {
	const what, target = "first sync of a tenant, rate over a program on msgraph-sdk-go that upserts each page", "≥ 10"
	if os.Getenv("BENCH_SDK") == "" {
		b.report.add(what, target, 0, nil, "not measured in this run: BENCH_SDK=1 builds that program, which takes some 8 minutes")
		return nil
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", "../../../bin/msgraphsdk", ".")
	build.Dir = "internal/bench/msgraphsdk"
	if out, err := build.CombinedOutput(); err != nil {
		b.report.add(what, target, 0, nil, fmt.Sprintf("not measured: the program could not be built: %.200s", out))
		return nil
	}
	token, err := b.graphToken(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "bin/msgraphsdk")
	cmd.Env = append(os.Environ(), "GRAPH_URL="+b.cloud.URLs().Graph+"/v1.0", "GRAPH_TOKEN="+token, "DATABASE_URL="+b.pg.DSN(database),
		"TENANT="+b.largest.ID, fmt.Sprint("MOST=", sdkDevices))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %.500s", err, stderr.String())
	}
	var r struct {
		Rows    int64   `json:"rows"`
		Seconds float64 `json:"seconds"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		return err
	}
	theirs := float64(r.Rows) / r.Seconds
	b.report.add(what, target, b.report.first.rate()/theirs, atLeast(10),
		fmt.Sprintf("%.1f× (%s against %s rows/s)", b.report.first.rate()/theirs, count(b.report.first.rate()), count(theirs)))
	return nil
}

func (b *bench) graphToken(ctx context.Context) (string, error) {
	app := b.cloud.World.App
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app.ClientID}, "client_secret": {app.ClientSecret}, "scope": {"https://graph.microsoft.com/.default"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.cloud.URLs().Login+"/"+b.largest.ID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(res.Body).Decode(&answer)
	return answer.Token, err
}

// lines takes what a process prints.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) await(text string, patience time.Duration) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(l.text(), text) {
			return true
		}
	}
	return false
}
