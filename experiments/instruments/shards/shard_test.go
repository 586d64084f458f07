package shards

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/tiny"
)

func newPlan(t *testing.T, dir string, shards int, o experiments.Options) *Plan {
	t.Helper()
	p, err := NewPlan("dos-short", tiny.Variation(tiny.Axes...), shards, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Write(dir); err != nil {
		t.Fatal(err)
	}
	if p, err = ReadPlan(dir, record.Program{Version: "dev"}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Plan) all(t *testing.T, dir string, o experiments.Options) {
	t.Helper()
	for k := range p.Shards {
		if r, err := p.Run(context.Background(), dir, k, o); err != nil || r.Finished != r.Planned {
			t.Fatalf("shard %d: %+v, %v", k, r, err)
		}
	}
}

func TestEveryRunIsInOneShard(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {24, 5}, {24, 24}, {1000, 7}, {100000, 1000}} {
		p := &Plan{Runs: c[0], Shards: c[1]}
		for k := range p.Shards {
			part := p.span(k)
			if part.end <= part.first || k > 0 && part.first != p.span(k-1).end {
				t.Errorf("%d runs in %d shards: shard %d is %+v", c[0], c[1], k, part)
			}
			for i := part.first; i < part.end; i++ {
				if int(i)*p.Shards/p.Runs != k {
					t.Errorf("run %d of %d is in shard %d of %d", i, p.Runs, k, p.Shards)
				}
			}
		}
		if p.span(0).first != 0 || p.span(p.Shards-1).end != int64(p.Runs) {
			t.Errorf("%d runs in %d shards", c[0], c[1])
		}
	}
}

// Shards, one of them interrupted and resumed, give the bytes of one process,
// with series and without, for one worker and for two.
func TestMergedIsTheSame(t *testing.T) {
	for _, workers := range []int{1, 2} {
		o := experiments.Options{Workers: workers, Series: workers == 2, Command: []string{"stakeout", "sweep", "dos-short"}}
		single := o
		single.Out = t.TempDir()
		one, err := experiments.Run(context.Background(), tiny.Sweep(t, tiny.Variation(tiny.Axes...)), single)
		if err != nil {
			t.Fatal(err)
		}
		whole := tiny.Files(t, one.Dir)

		dir := t.TempDir()
		p := newPlan(t, dir, 5, o)
		ctx, cancel := context.WithCancel(context.Background())
		stop := o
		stop.Progress = func(int, int) { cancel() }
		if r, err := p.Run(ctx, dir, 2, stop); !errors.Is(err, context.Canceled) || !r.Partial {
			t.Fatalf("%+v, %v", r, err)
		}
		if missing, err := p.Missing(dir); err != nil || Array(missing) != "0-4" {
			t.Fatalf("missing %v, %v", missing, err)
		}
		_, err = p.Merge(context.Background(), dir, experiments.Options{Out: dir})
		var refused experiments.PlanError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "5 of 5 shards are missing: 0-4") {
			t.Fatalf("merged with gaps: %v", err)
		}
		p.all(t, dir, o)
		merged := experiments.Options{Out: t.TempDir()}
		r, err := p.Merge(context.Background(), dir, merged)
		if err != nil || r.Finished != 24 || r.Failed != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		tiny.SameFiles(t, "merged", whole, tiny.Files(t, r.Dir))
	}
}

func TestMergeInterruptedAndResumed(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	p := newPlan(t, dir, 2, experiments.Options{})
	p.all(t, dir, experiments.Options{Workers: 2})
	ctx, cancel := context.WithCancel(context.Background())
	r, err := p.Merge(ctx, dir, experiments.Options{Out: out, Progress: func(done, _ int) {
		if done == 15 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !r.Partial {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err = p.Merge(context.Background(), dir, experiments.Options{Out: out}); err != nil || r.Partial ||
		r.Finished != 24 {
		t.Fatalf("%+v, %v", r, err)
	}
	other, err := p.Merge(context.Background(), dir, experiments.Options{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	tiny.SameFiles(t, "merge", tiny.Files(t, other.Dir), tiny.Files(t, r.Dir))
}

// A damaged shard is missing and is computed again; a copy and a shard of
// another plan are refused.
func TestShardsThatDoNotBelong(t *testing.T) {
	dir := t.TempDir()
	p := newPlan(t, dir, 4, experiments.Options{})
	p.all(t, dir, experiments.Options{Workers: 2})
	file := filepath.Join(shardFolder(dir, 1), "runs.parquet")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad := slices.Clone(good)
	bad[len(bad)/2] ^= 1
	if err := os.WriteFile(file, bad, 0o666); err != nil {
		t.Fatal(err)
	}
	if missing, err := p.Missing(dir); err != nil || Array(missing) != "1" {
		t.Fatalf("missing %v, %v", missing, err)
	}
	if r, err := p.Run(context.Background(), dir, 1, experiments.Options{Workers: 2}); err != nil || r.Reused != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if again, _ := os.ReadFile(file); string(again) != string(good) {
		t.Error("a shard that was computed again differs")
	}

	foreign := t.TempDir()
	q, err := NewPlan("dos-short", tiny.Variation("world.users.leave_below=0.2,0.9", tiny.Axes[1]), 4,
		experiments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Write(dir); err == nil || !strings.Contains(err.Error(), "holds another plan") {
		t.Errorf("%v", err)
	}
	if err := os.MkdirAll(filepath.Join(foreign, shardsName), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(shardFolder(foreign, 3), os.DirFS(shardFolder(dir, 3))); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Missing(foreign); err == nil || !strings.Contains(err.Error(), "belongs to another plan") {
		t.Errorf("%v", err)
	}
	if err := os.CopyFS(filepath.Join(dir, shardsName, "copy"), os.DirFS(shardFolder(dir, 3))); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Merge(context.Background(), dir, experiments.Options{Out: dir}); err == nil ||
		!strings.Contains(err.Error(), "holds shard 3, whose place is") {
		t.Errorf("%v", err)
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for _, shards := range []int{0, -1, 25, 1001} {
		_, err := NewPlan("dos-short", tiny.Variation(tiny.Axes...), shards, experiments.Options{})
		var refused experiments.PlanError
		if !errors.As(err, &refused) {
			t.Errorf("%d shards: %v", shards, err)
		}
	}
	dir := t.TempDir()
	if _, err := ReadPlan(dir, record.Program{Version: "dev"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	p := newPlan(t, dir, 3, experiments.Options{})
	if err := p.Write(dir); err != nil {
		t.Errorf("the same plan again: %v", err)
	}
	if _, err := ReadPlan(dir, record.Program{Version: "dev", Code: "changed"}); err == nil ||
		!strings.Contains(err.Error(), "dev (code changed)") {
		t.Errorf("%v", err)
	}
	if _, err := ReadPlan(dir, record.Program{Version: "other"}); err == nil ||
		!strings.Contains(err.Error(), "use that version") {
		t.Errorf("%v", err)
	}
	if _, err := p.Run(context.Background(), dir, 3, experiments.Options{}); err == nil ||
		!strings.Contains(err.Error(), "the shards 0 to 2") {
		t.Errorf("%v", err)
	}
	path := filepath.Join(dir, record.PlanName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "leave_below=0.3", "leave_below=0.4", 1)
	if err := os.WriteFile(path, []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlan(dir, record.Program{Version: "dev"}); err == nil ||
		!strings.Contains(err.Error(), "was changed after it was made") {
		t.Errorf("%v", err)
	}
}

func TestArray(t *testing.T) {
	for want, shards := range map[string][]int{"": nil, "3,17,42": {3, 17, 42}, "0-3,7,8": {0, 1, 2, 3, 7, 8}} {
		if got := Array(shards); got != want {
			t.Errorf("%v: %q, want %q", shards, got, want)
		}
	}
}

func TestSlurmScript(t *testing.T) {
	p := newPlan(t, t.TempDir(), 3, experiments.Options{})
	got, err := p.SlurmScript("/opt/stake out/stakeout", "/scratch/sweep", []int{0, 2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"#!/bin/sh\n", "#SBATCH --array=0,2\n", "#SBATCH --cpus-per-task=2\n",
		"#SBATCH --time=0:10:00\n",
		"exec '/opt/stake out/stakeout' sweep run /scratch/sweep --workers 2\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// The Indexed Job is YAML of the shape that Kubernetes takes, and every index of it
// is a shard.
func TestKubernetesJob(t *testing.T) {
	p := newPlan(t, t.TempDir(), 3, experiments.Options{})
	p.Experiment = "Dos_short@burn-auction+hard.fork-with-a-name-that-is-far-too-long"
	var job struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   struct{ Name string }
		Spec       struct {
			CompletionMode                         string `yaml:"completionMode"`
			Completions, Parallelism, BackoffLimit int
			Template                               struct {
				Spec struct {
					RestartPolicy string `yaml:"restartPolicy"`
					Containers    []struct {
						Name, Image string
						Command     []string
						Resources   struct{ Requests, Limits map[string]string }
						Mounts      []map[string]string `yaml:"volumeMounts"`
					}
					Volumes []map[string]any
				}
			}
		}
	}
	if err := yaml.Unmarshal([]byte(p.KubernetesJob(2)), &job); err != nil {
		t.Fatal(err)
	}
	pod := job.Spec.Template.Spec
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || job.Spec.CompletionMode != "Indexed" ||
		job.Spec.Completions != 3 || job.Spec.Parallelism != 3 ||
		pod.RestartPolicy != "Never" || len(pod.Containers) != 1 || len(pod.Volumes) != 1 {
		t.Fatalf("%+v", job)
	}
	c := pod.Containers[0]
	if strings.Join(c.Command, " ") != "stakeout sweep run /plan --workers 2" || c.Resources.Requests["cpu"] != "2" ||
		c.Resources.Limits["memory"] != "384Mi" || c.Mounts[0]["name"] != pod.Volumes[0]["name"] {
		t.Errorf("%+v", c)
	}
	if name := job.Metadata.Name; name != "stakeout-dos-short-burn-auction-hard-fork-with-a-nam" {
		t.Errorf("name %q", name)
	}
}

func TestCondorJob(t *testing.T) {
	p := newPlan(t, t.TempDir(), 3, experiments.Options{})
	got, err := p.CondorJob("/opt/stakeout", `/scratch/a "b" c's`, []int{0, 2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"executable = /opt/stakeout\n",
		`arguments = "sweep run '/scratch/a ""b"" c''s' --shard $(shard) --workers 2"` + "\n", "request_cpus = 2\n",
		"request_memory = 384 MB\n", "queue shard in (0, 2)\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A line end in a path would leave the comment or the field that holds it and be a line of
// its own, which the shell runs. The scripts hold as many lines as for a plain path.
func TestScriptsHoldNoLineOfAPath(t *testing.T) {
	p := newPlan(t, t.TempDir(), 3, experiments.Options{})
	scripts := map[string]func(program, dir string) (string, error){
		"slurm":    func(program, dir string) (string, error) { return p.SlurmScript(program, dir, []int{0, 1}, 1) },
		"htcondor": func(program, dir string) (string, error) { return p.CondorJob(program, dir, []int{0, 1}, 1) },
	}
	for name, script := range scripts {
		plain, err := script("/opt/stakeout", "/scratch/sweep")
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"/sl/a\ntouch PWNED\nb", "/a\rb", "/a\x00b", "/a\x1b[31mb", "/a\u2028b", "/a\u202eb",
			"/a\x85b", "/a\xffb", "/a\vb", "/a\tb"} {
			var refused experiments.PlanError
			if got, err := script("/opt/stakeout", bad); !errors.As(err, &refused) {
				t.Errorf("%s: the folder %q goes into\n%s", name, bad, got)
			}
			if got, err := script(bad, "/scratch/sweep"); !errors.As(err, &refused) {
				t.Errorf("%s: the program %q goes into\n%s", name, bad, got)
			}
		}
		for _, odd := range []string{"/a b", "/a'b", `/a"b`, "/a;touch PWNED", "/a$(touch PWNED)", "/a`touch PWNED`", "/#b",
			`/a\b`, "/a%jb", "/é"} {
			got, err := script("/opt/stakeout", odd)
			if err != nil || strings.Count(got, "\n") != strings.Count(plain, "\n") {
				t.Errorf("%s: the folder %q gives %v\n%s", name, odd, err, got)
			}
		}
	}
	if got, _ := p.CondorJob("/opt/stakeout", "/a$(shard)", []int{0}, 1); strings.Contains(got, "/a$(shard)") {
		t.Errorf("HTCondor finds a variable in a path:\n%s", got)
	}
	if _, err := p.CondorJob(`/opt/stakeout\`, "/a", []int{0}, 1); err == nil {
		t.Error("a line that HTCondor joins to the next")
	}
}

// The name in a plan goes into scripts, so a plan with another name than its preset is refused.
func TestPlanOfAnotherName(t *testing.T) {
	dir := t.TempDir()
	newPlan(t, dir, 3, experiments.Options{})
	path := filepath.Join(dir, record.PlanName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.Replace(string(text), `"experiment": "`, `"experiment": "x\ntouch PWNED\n`, 1)
	if err := os.WriteFile(path, []byte(forged), 0o666); err != nil || forged == string(text) {
		t.Fatal(err, forged == string(text))
	}
	var refused experiments.PlanError
	if _, err := ReadPlan(dir, record.Program{Version: "dev"}); !errors.As(err, &refused) {
		t.Errorf("a forged name: %v", err)
	}
}

func TestPlanRefusesAPrecision(t *testing.T) {
	_, err := NewPlan("dos-short", question.Variation{Precision: "0.05"}, 2, experiments.Options{})
	var refused experiments.PlanError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "known beforehand") {
		t.Error(err)
	}
}
