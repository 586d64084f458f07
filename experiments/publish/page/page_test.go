package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/question"
)

// small makes dos-short a world that takes no time.
var small = []string{
	"replications=3", "horizon_days=1.5", "start_days=0.25",
	"world.time.warmup_days=0.25", "world.time.rounds=2", "world.rollup.unbonding_days=0.1",
	"world.users.count=20", "world.stakers.count=20", "world.noise.count=20", "world.chartists.count=5",
	"world.holders.count=10", "world.shorters.count=4", "world.coordinators.count=3",
	"attack_params.build_days=0.25", "attack_params.act_days=0.25", "attack_params.sell_days=0.25",
}

// stored runs a small sweep and opens its folder.
func stored(t *testing.T, axes ...string) (s *experiments.Stored, dir string) {
	t.Helper()
	w, err := question.LoadSweep("dos-short", question.Variation{Set: small, Axes: axes})
	if err != nil {
		t.Fatal(err)
	}
	r, err := experiments.Run(context.Background(), w,
		experiments.Options{Out: t.TempDir(), Workers: 1, Program: record.Program{Version: "v1", Code: "c0de"},
			Command: []string{"/bin/stakeout", "run", "dos-short", "--set", "a=b c", "--workers", "1"}})
	if err != nil {
		t.Fatal(err)
	}
	if s, err = experiments.OpenStored(r.Dir); err != nil {
		t.Fatal(err)
	}
	return s, r.Dir
}

func write(t *testing.T, s *experiments.Stored) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// has fails for every part that the page lacks.
func has(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
}

// loads are the ways in which a page asks for something beside itself, and scripts.
var loads = regexp.MustCompile(`<(script|link|img|iframe|object|embed)|\ssrc=|url\(|@import|\son[a-z]+=`)

// sound holds what is true of every page: it is well-formed, asks for nothing, and
// its drawings are named by captions.
func sound(t *testing.T, page string) {
	t.Helper()
	if bad := loads.FindString(page); bad != "" {
		t.Errorf("the page asks for more than itself: %q", bad)
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	ids, named := map[string]bool{}, []string{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		scope := false
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "scope":
				scope = true
			case "id":
				if ids[a.Value] {
					t.Errorf("two things on the page are called %s", a.Value)
				}
				ids[a.Value] = true
			case "aria-labelledby":
				named = append(named, a.Value)
			case "href":
				if strings.HasPrefix(a.Value, "#") {
					named = append(named, a.Value[1:])
				}
			}
		}
		if start.Name.Local == "th" && !scope {
			t.Error("a head of a table without a scope")
		}
	}
	for _, name := range named {
		if !ids[name] {
			t.Errorf("nothing on the page is called %s", name)
		}
	}
	if drawings := strings.Count(page, "<svg "); drawings == 0 ||
		drawings != strings.Count(page, `role="img" aria-labelledby=`) || drawings != strings.Count(page, "<figcaption") {
		t.Errorf("%d drawings without their captions", drawings)
	}
}

func TestPageOfARun(t *testing.T) {
	s, dir := stored(t)
	page := write(t, s)
	sound(t, page)
	has(t, page,
		"<title>dos-short</title>", "Does a short position pay for the empty blocks",
		`<p class="verdict">dos-short under pos`,
		"Return on attacks: dos-short", "Money by channel: dos-short, pos", "Who gained and who paid",
		"Does the verdict hang on the statistic?",
		"<strong>C7</strong>", "Take a short position on the token", "go run ./cmd/stakeout claims C7",
		"attack_params.budget_usd", "parameters at their defaults", "world.users.leave_below", "Assumption: ",
		"go run ./cmd/stakeout run dos-short --set &#39;a=b c&#39;</code>", "<dt>Model version</dt><dd>v1</dd>",
		"that rows come from</dt><dd>c0de</dd>", "<dt>Master seed</dt><dd>7698</dd>", s.Manifest.ConfigSHA256,
		"sweep dos-short --axis", "The resolved configuration", "attack_params:\n")
	if strings.Contains(page, dir) || strings.Contains(page, "<strong>C12</strong>") || strings.Count(page, "<svg ") != 2 {
		t.Error("the page has the path of its folder, a claim about another attack, or not two figures")
	}
	again, err := experiments.OpenStored(dir)
	if err != nil {
		t.Fatal(err)
	}
	if write(t, again) != page {
		t.Error("two pages of a folder differ")
	}
}

func TestPageOfASweep(t *testing.T) {
	s, _ := stored(t, "world.users.leave_below=0.3,0.6,0.7,0.9", "attack_params.budget_usd=1e6,4e6")
	page := write(t, s)
	sound(t, page)
	has(t, page, `<p class="verdict">The cell with the largest advantage is leave below 0.`,
		`<p class="verdict">Of 8 cells the attack pays in `, "p, Holm", "Where the verdict turns",
		"<dt>Axis world.users.leave_below</dt><dd>0.3, 0.6, 0.7, 0.9</dd>",
		">0.3, 0.6, 0.7, 0.9</td>", "<dt>Cells</dt><dd>8</dd>", "24, of three worlds each; 0 failed",
		"dos-short along world.users.leave_below")
	if strings.Contains(page, "Money by channel: dos") || strings.Contains(page, "This is one setting") {
		t.Error("the page of many cells looks into one")
	}
	few, _ := stored(t, "world.users.leave_below=0.3,0.9")
	page = write(t, few)
	sound(t, page)
	has(t, page, "<summary>leave below 0.9</summary>", "Money by channel: dos-short",
		"Does the verdict hang on the statistic?", "dos-short, pos, leave below 0.9", "Where the verdict turns")
}

// An interrupted run has a page that says so, even before its first replication.
func TestPageOfAnInterruptedRun(t *testing.T) {
	for _, c := range []struct {
		done int
		want string
	}{{0, "No replication came to its end, so there is no verdict"},
		{1, "one replication has no interval, so there is no verdict"}, {2, "Quick look: 2 replications"}} {
		w, err := question.LoadSweep("dos-short", question.Variation{Set: small})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		if c.done == 0 {
			stop()
		}
		r, err := experiments.Run(ctx, w,
			experiments.Options{Out: t.TempDir(), Workers: 1, Program: record.Program{Version: "v1"},
				Progress: func(done, _ int) {
					if done == c.done {
						stop()
					}
				}})
		stop()
		if !errors.Is(err, context.Canceled) || r.Finished != c.done {
			t.Fatalf("%d replications, %v", r.Finished, err)
		}
		s, err := experiments.OpenStored(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		has(t, write(t, s), "Interrupted: replications are missing", c.want, "<dt>Status</dt><dd>partial: interrupted</dd>")
	}
}

// What changed after the run is refused, and so is what no run wrote.
func TestChangedFolders(t *testing.T) {
	_, dir := stored(t)
	wrong := func(dir string, parts ...string) {
		t.Helper()
		_, err := experiments.OpenStored(dir)
		if err == nil {
			t.Fatalf("%s opens", dir)
		}
		for _, part := range append(parts, dir) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("want %q in: %v", part, err)
			}
		}
	}
	wrong(filepath.Dir(dir), "no results folder", "manifest.json", "results/dos-short", "did you mean",
		filepath.ToSlash(dir))
	wrong(filepath.Join(dir, "dos-short"), "type `stakeout run dos-short` first")
	wrong(filepath.Join(dir, "runs.csv"), "is a file")
	other, err := record.Open(t.TempDir(), record.Manifest{Experiment: "other", Program: record.Program{Version: "v1"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(record.Complete, ""); err != nil {
		t.Fatal(err)
	}
	wrong(other.Dir(), "the experiment other without a table runs", "expected the folder that run, sweep or compare wrote")
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := experiments.OpenStored(dir); err != nil {
		t.Errorf("a file of the user's own: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "figures", "price.svg"), []byte("<svg/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong(dir, "figures/price.svg: changed", "run it again")
}

func TestOnlyDrawingsGoInline(t *testing.T) {
	const head = `<?xml version="1.0"?>` + "\n" +
		`<svg width="10pt" height="5pt" viewBox="0 0 10 5" xmlns="http://www.w3.org/2000/svg">`
	got, err := inline([]byte(head+`<g transform="scale(1)"><path d="M0,0" style="fill:#000"/></g></svg>`+"\n"), "c")
	if want := `<svg role="img" aria-labelledby="c" width="10pt" viewBox="0 0 10 5" ` +
		`xmlns="http://www.w3.org/2000/svg"><g transform="scale(1)"><path d="M0,0" ` +
		`style="fill:#000"></path></g></svg>`; err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	const end = `<g transform="scale(1)"></g></svg>`
	if _, err := inline([]byte(head+end), "c"); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		// What a browser reads otherwise than a reader of XML: comments that end early,
		// instructions and sections that are comments to it, behind the drawing and within.
		head + end + `<!--><script>alert(1)</script>-->`, head + `<!--><script>alert(1)</script>-->` + end,
		head + end + `<?x ><script>alert(1)</script>?>`, head + `<?x ><script>alert(1)</script>?>` + end,
		head + end + `<![CDATA[><script>alert(1)</script>]]>`, head + `<![CDATA[<script>alert(1)</script>]]>` + end,
		head + `<![CDATA[]]><!DOCTYPE x>` + end, head + `&lt;script&gt;` + end,
		// Events, addresses, styles and foreign content.
		head + `<g onclick="x"></g>` + end, head + `<g transform="scale(1)" onmouseover="x"/>` + end,
		head + `<a href="javascript:x"><path d="M0,0"/></a>` + end, head + `<a xlink:href="javascript:x"/>` + end,
		head + `<use href="https://x.example/y.svg#z"/>` + end, head + `<image href="https://x.example/y.png"/>` + end,
		head + `<foreignObject><body onload="x"/></foreignObject>` + end, head + `<style>@import "//x.example"</style>` + end,
		head + `<path d="M0,0" style="fill:url(https://x.example)"/>` + end,
		head + `<path d="M0,0" style="background:red"/>` + end, head + `<path d="&quot;&gt;&lt;script&gt;"/>` + end,
		head + `<path d="M0,0&#x22; onload=&#x22;x"/>` + end, head + `<g transform="scale(1)&#34;&#62;"/>` + end,
		head + `<path style="fill:#000;&#x40;import"/>` + end, head + `<animate attributeName="href" to="x"/>` + end,
		head + `<set attributeName="onload" to="x"/>` + end,
		head + `<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>` + end,
		head + `<h:g xmlns:h="http://www.w3.org/1999/xhtml"/>` + end, head + `<path h:d="M0" xmlns:h="x"/>` + end,
		head + `<svg width="1pt"/>` + end, head + end + `<svg width="1pt"></svg>`,
		`<!DOCTYPE svg [<!ENTITY e "x">]>` + head + `&e;` + end,
		`<svg width="1pt&quot; onload=&quot;x"/>`, `<svg width="1pt" viewBox="0 0 1 1&quot;"/>`,
		head + "<script>alert(1)</script></svg>", head + `<path onload="x"/></svg>`, head + `<a href="x"/></svg>`,
		head + "<g>", `<svg viewBox="0 0 1 1"></svg>`, "", "<p>", head + "<g></svg>",
	} {
		if svg, err := inline([]byte(bad), "c"); err == nil {
			t.Errorf("%q goes in as %q", bad, svg)
		}
	}
}

// A folder whose manifest was forged with the drawing opens, since its hashes fit, but has
// no page.
func TestForgedDrawings(t *testing.T) {
	_, dir := stored(t)
	file, list := filepath.Join(dir, "figures", "price.svg"), filepath.Join(dir, "manifest.json")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	body, _, found := strings.Cut(string(manifest), ",\n  \"self_sha256\"")
	entry := func(svg []byte) string {
		return fmt.Sprintf("\"sha256\": \"%x\",\n      \"size\": %d", sha256.Sum256(svg), len(svg))
	}
	if !found || !strings.Contains(body, entry(good)) {
		t.Fatal("the manifest is not as this test expects it")
	}
	for _, forgery := range []string{"<!--><script>alert(1)</script>-->", "<?x ><script>alert(1)</script>?>",
		"<![CDATA[><script>alert(1)</script>]]>"} {
		bad := append(bytes.Clone(good), forgery...)
		forged := strings.Replace(body, entry(good), entry(bad), 1)
		seal := fmt.Sprintf(",\n  \"self_sha256\": \"%x\"\n}\n", sha256.Sum256([]byte(forged)))
		for name, text := range map[string][]byte{file: bad, list: []byte(forged + seal)} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := experiments.OpenStored(dir)
		if err != nil {
			t.Fatalf("the forgery is found too early for this test: %v", err)
		}
		var page bytes.Buffer
		var refused experiments.PlanError
		if err := Write(&page, s); !errors.As(err, &refused) || page.Len() > 0 {
			t.Errorf("%s: %v, and a page of %d bytes", forgery, err, page.Len())
		}
	}
}
