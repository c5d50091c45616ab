package jobs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// childEnv carries the database to the process that is killed.
const childEnv = "GONGDAO_JOBS_TEST_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child runs jobs that never end.
func child(text string) error {
	var cfg db.Config
	if err := json.Unmarshal([]byte(text), &cfg); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, cfg, db.Needs{})
	if err != nil {
		return err
	}
	j, err := jobs.New(ctx, d, jobs.Config{}, jobs.Needs{})
	if err != nil {
		return err
	}
	jobs.Work(j, jobs.Options{}, func(context.Context, Greet) error {
		fmt.Println("begun")
		select {}
	})
	return j.Run(ctx)
}

// A process is killed with SIGKILL in the middle of a job. When the node starts
// again the job runs at once; so it does after a second death.
func TestKilledJobRunsAgain(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d, err := db.Open(t.Context(), cfg, db.Needs{})
		if err != nil {
			t.Fatal(err)
		}
		open(t, d, jobs.Config{})
		insert(t, d, Greet{"again"})
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			killWhileWorking(t, string(text))
		}
		d = dbtest.Open(t, cfg, db.Needs{})
		j := open(t, d, jobs.Config{})
		got := make(chan string, 2)
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got <- a.Who; return nil })
		stop := run(t, j)
		if who := next(t, got); who != "again" {
			t.Errorf("ran %s", who)
		}
		stop()
		if lag := lagOf(t, j); lag != (jobs.Lag{}) {
			t.Errorf("Lag() = %+v, want nothing left", lag)
		}
	})
}

func killWhileWorking(t *testing.T, cfg string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+cfg)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "begun\n" {
		t.Errorf("the child says %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
}
