package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRunServesUntilToldToStop(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan error, 1)
	const any = "127.0.0.1:0"
	go func() {
		done <- run(ctx, []string{"--login", any, "--graph", any, "--security", any, "--partner", any, "--tenants", "3", "--devices", "50", "--redirect-uri", "http://127.0.0.1:1/cb"}, w)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	at := ""
	for lines.Scan() {
		if name, rest, _ := strings.Cut(lines.Text(), " "); name == "world" {
			at = strings.TrimSpace(rest)
			break
		}
	}
	res, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !strings.Contains(string(body), "http://127.0.0.1:1/cb") {
		t.Errorf("world: %v %s", err, body)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestRunRefusesBadFlags(t *testing.T) {
	for _, args := range [][]string{{"--tenants", "0"}, {"--devices", "-1"}, {"--redirect-uri", "https://portal.example/cb"}, {"--nonsense"}, {"--login", "not an address"}} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := run(ctx, args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
		cancel()
	}
}
