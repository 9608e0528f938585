package jobs

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/node"
	"tallystick/client/store"
)

// Operations on jobs (任务). Who asked for a job sees it, and whoever may see all of the node's.
var (
	JobList = node.PagedAlone(node.Describe("job.list", "GET", "/v1/jobs", node.See,
		"List the long work that you asked the node for, newest first", "列出交给节点的长任务",
		`{"open":true}`), list)
	JobShow = node.Alone(node.Describe("job.show", "GET", "/v1/jobs/{job}", node.See,
		"Show how far long work is, and what it answered", "查看长任务的进度与结果",
		`{"job":"20261130T101500-0badc0ffee"}`), show)
)

// Operations lists what this package does.
func Operations() []node.Operation { return []node.Operation{JobList, JobShow} }

// ListRequest narrows a list of jobs.
type ListRequest struct {
	Open bool `json:"open,omitempty"` // those that haven't ended alone
}

// ShowRequest names a job.
type ShowRequest struct {
	Job string `json:"job"` // its request's Idempotency-Key
}

// Check refuses an id that is none.
func (r ShowRequest) Check() error { return name.CheckID("`job`", r.Job) }

// list lists jobs, the newest first, without answers.
func list(ctx context.Context, n *node.Node, c *node.Call, req ListRequest) (node.List[Job], error) {
	book, err := Open(ctx, n)
	if err != nil {
		return node.List[Job]{}, err
	}
	return node.Listed(c, func(after string, most int) ([]Job, string, error) {
		return book.list(ctx, c.Who, req, after, most)
	})
}

// list lists a part of them, after a place that a part before told as next.
func (b *Book) list(ctx context.Context, who node.Who, req ListRequest, after string, most int) (found []Job,
	next string, err error) {
	made, id := int64(math.MaxInt64), ""
	if after != "" {
		text, last, _ := strings.Cut(after, " ")
		if made, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, "", fault.New(fault.BadRequest, "no list of jobs ends at %.40q", after)
		}
		id = last
	}
	found = []Job{}
	err = b.own.Each(ctx, `SELECT `+columns+` FROM jobs WHERE (?1 = 1 OR who = ?2) AND (?3 = 0 OR ended = 0)
		AND (made < ?4 OR made = ?4 AND id < ?5) ORDER BY made DESC, id DESC LIMIT ?6`,
		[]any{bit(who.SeesAll()), who.ID, bit(req.Open), made, id, most}, func(scan store.Scan) error {
			row := jobRow{}
			err := scan(row.into()...)
			job := row.job()
			job.Answer, job.Problem = nil, nil
			found = append(found, job)
			return err
		})
	if len(found) == most {
		last := found[most-1]
		next = strconv.FormatInt(last.Made.UnixMilli(), 10) + " " + last.ID
	}
	return found, next, err
}

func show(ctx context.Context, n *node.Node, c *node.Call, req ShowRequest) (Job, error) {
	book, err := Open(ctx, n)
	if err != nil {
		return Job{}, err
	}
	job, err := book.Show(ctx, req.Job)
	if err == nil && job.Who != c.Who.ID && c.Who.ID != "" {
		if !c.Who.SeesAll() {
			return Job{}, noJob(req.Job)
		}
		job.Answer = nil // there may be a secret in it, which is for who asked
	}
	return job, err
}

// Show returns a job. NOT_FOUND.
func (b *Book) Show(ctx context.Context, id string) (Job, error) {
	row := jobRow{}
	found, err := b.own.One(ctx, `SELECT `+columns+` FROM jobs WHERE id = ?`, []any{id}, row.into()...)
	if err == nil && !found {
		err = noJob(id)
	}
	if err != nil {
		return Job{}, err
	}
	job := row.job()
	job.Answer, err = b.opened(job.Answer, answerPlace, id)
	return job, err
}

func noJob(id string) error { return fault.New(fault.NotFound, "you have no job %s", id) }

const columns = `id, operation, who, state, made, tries, ended, request, file, progress, answer, problem, asked, fails,
	reached`

// jobRow is a job as its row has it.
type jobRow struct {
	Job
	made, ended int64
	request     []byte
	file        string
	progress    []byte
	asked       string
	fails       int
	reached     string
}

// into are its variables, in the order of columns.
func (r *jobRow) into() []any {
	return []any{&r.ID, &r.Operation, &r.Who, &r.State, &r.made, &r.Tries, &r.ended, &r.request, &r.file, &r.progress,
		(*[]byte)(&r.Answer), (*[]byte)(&r.Problem), &r.asked, &r.fails, &r.reached}
}

func (r *jobRow) job() Job {
	job := r.Job
	job.Made = time.UnixMilli(r.made).UTC()
	if r.ended != 0 {
		job.Ended = time.UnixMilli(r.ended).UTC()
	}
	_ = json.Unmarshal(r.progress, &job.Progress) // what this version can't read of it is none
	return job
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Counts says how many jobs are in each state.
func (b *Book) Counts(ctx context.Context) (map[State]int, error) {
	counts := map[State]int{Coming: 0, Waiting: 0, Running: 0, Done: 0, Refused: 0}
	return counts, b.own.Each(ctx, `SELECT state, COUNT(*) FROM jobs GROUP BY state`, nil, func(scan store.Scan) error {
		var state State
		var n int
		err := scan(&state, &n)
		counts[state] = n
		return err
	})
}
