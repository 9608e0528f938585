// Package remote performs operations by a party's node that runs as a process of its own (tallyd): over the socket in
// its state directory, or over HTTPS. An operation is the same variable as in process, so its request and its answer
// have the same types:
//
//	n, err := remote.Dial("https://node.dealer.example:7443", remote.Key(key), remote.Trust(pool))
//	receipt, err := remote.Do(ctx, n, loyalty.PointsHold, &call, loyalty.HoldRequest{…})
package remote

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/api"
	"tallystick/client/bounds"
	"tallystick/client/node"
)

// Node is a party's node as it is reached from elsewhere. Its methods may be called from many goroutines.
type Node struct {
	base   string
	key    string
	party  string // whose node is meant, "" for whoever's it is
	client *http.Client
	height atomic.Uint64
}

// Option says how a node is reached.
type Option func(*Node)

// Key is the API key that is shown to the node.
func Key(text string) Option { return func(n *Node) { n.key = text } }

// Trust says whose certificates a node may have, where that isn't one that the machine trusts.
func Trust(pool *x509.CertPool) Option {
	return func(n *Node) {
		n.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true, MaxIdleConnsPerHost: idle}
	}
}

// Of says whose node is meant: another party's refuses.
func Of(party string) Option { return func(n *Node) { n.party = party } }

// idle is how many connections to a node are kept for the next requests.
const idle = 64

// Dial says where a node is: https:// and its address. Nothing is asked yet. BAD_REQUEST for another address.
func Dial(address string, options ...Option) (*Node, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fault.New(fault.BadRequest, "a node's address is https://HOST:PORT, not %.80q", address)
	}
	n := &Node{base: "https://" + u.Host, client: &http.Client{CheckRedirect: stay}}
	for _, o := range options {
		o(n)
	}
	return n, nil
}

// Socket is a node by its socket, which only the user that it runs as can open. Nothing is asked yet.
func Socket(path string, options ...Option) *Node {
	n := &Node{base: "http://node", client: &http.Client{CheckRedirect: stay, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}}}}
	for _, o := range options {
		o(n)
	}
	return n
}

// stay follows no redirect: a key is for the node that it was made for.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// There says whether somebody serves a node's socket: nobody does one that a killed node left. An error says that this
// can't be found out, as for who mustn't open it.
func There(path string) (bool, error) {
	c, err := net.Dial("unix", path)
	switch {
	case err == nil:
		return true, c.Close()
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	case len(path) > maxSocket: // nobody can serve it either
		return false, nil
	}
	return false, err
}

// maxSocket is how many bytes a socket's path may have.
const maxSocket = 107

// Do performs an operation. The call's request id, its least height and its file go with it; a call that needs an id
// and has none gets one. The node's refusals are answered as they are; UNAVAILABLE if it can't be reached, and
// UNKNOWN_OUTCOME if it went away while it was asked for something that it does.
func Do[Req, Ans any](ctx context.Context, n *Node, op node.Op[Req, Ans], c *node.Call, req Req) (answer Ans,
	err error) {
	if err := op.CheckCall(c, req); err != nil {
		return answer, err
	}
	request, err := json.Marshal(req)
	if err != nil {
		return answer, err
	}
	text, refused := n.Run(ctx, op, c, request)
	if len(text) == 0 {
		return answer, refused
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fault.New(fault.Internal, "the node's answer to %s can't be read: %v", op.Name, err)
	}
	return answer, refused
}

// Run is Do for an operation whose types aren't known: its request and its answer are JSON. A refusal may come with an
// answer, such as which lines of an import were refused.
func (n *Node) Run(ctx context.Context, op node.Operation, c *node.Call, request json.RawMessage) (json.RawMessage,
	error) {
	r, err := n.request(ctx, op, c, request)
	if err != nil {
		return nil, err
	}
	response, err := n.client.Do(r)
	if err != nil {
		return nil, unanswered(op.About(), c, err)
	}
	defer response.Body.Close()
	if height, err := strconv.ParseUint(response.Header.Get(api.HeightHeader), 10, 64); err == nil {
		n.height.Store(height)
	}
	text, err := bounds.All(response.Body, "the node's answer", maxAnswer)
	if err != nil {
		return nil, unanswered(op.About(), c, err)
	}
	if response.StatusCode == http.StatusAccepted {
		return nil, waits(text)
	}
	if response.StatusCode != http.StatusOK {
		return refusal(response.StatusCode, text)
	}
	return text, nil
}

// Height is how many blocks the node had seen at its last answer, 0 before the first.
func (n *Node) Height() uint64 { return n.height.Load() }

// waits is the refusal of a request that a second person has to let happen: asked again under its id, it is answered
// the same until then.
func waits(text []byte) error {
	var w api.Waiting
	if err := json.Unmarshal(text, &w); err != nil || w.Approval == "" {
		return fault.New(fault.Unavailable, "what answers isn't a node: status %d", http.StatusAccepted)
	}
	return fault.New(fault.NeedsPerson, "request %s waits for a second person to approve it, until %s (approval %s); it is "+
		"sent then: ask again under the same id", w.Request, w.Until.Format(time.RFC3339), w.Approval)
}

// maxAnswer is how many bytes an answer may have.
const maxAnswer = 1 << 30

// unanswered is what is known of a request that a node didn't answer.
func unanswered(row node.Row, c *node.Call, err error) error {
	var dialling *net.OpError
	begun := !errors.As(err, &dialling) || dialling.Op != "dial"
	if row.Asks && errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	if row.Asks || !begun {
		return fault.New(fault.Unavailable, "the node can't be reached: %v", cause(err))
	}
	return node.InDoubt(fault.New(fault.UnknownOutcome, "the node went away: %v", cause(err)), c.ID)
}

// cause is what an HTTP client's error is about, without the address that it was asked at.
func cause(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// refusal is the refusal in a problem, and the answer that comes with it, if one does.
func refusal(status int, text []byte) (answer json.RawMessage, _ error) {
	p := api.Problem{Answer: &answer}
	if err := json.Unmarshal(text, &p); err != nil || p.Code == "" {
		return nil, fault.New(fault.Unavailable, "what answers isn't a node: status %d", status)
	}
	return answer, fault.New(p.Code, "%s", p.Detail)
}

// named finds what a route's path names.
var named = regexp.MustCompile(`\{(\w+)\}`)

// request is the HTTP request of an operation.
func (n *Node) request(ctx context.Context, op node.Operation, c *node.Call, request json.RawMessage) (*http.Request,
	error) {
	row := op.About()
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(request, &fields); err != nil {
		return nil, fault.New(fault.BadRequest, "JSON: want an object")
	}
	path := named.ReplaceAllStringFunc(row.Path, func(name string) string {
		name = name[1 : len(name)-1]
		value := cmp.Or(plain(fields[name]), api.LeftOut)
		delete(fields, name)
		return url.PathEscape(value)
	})
	body, media, err := bodyOf(op, c, fields)
	if err != nil {
		return nil, err
	}
	if row.Method == http.MethodGet {
		path += queryOf(fields)
	}
	r, err := http.NewRequestWithContext(ctx, row.Method, n.base+path, body)
	if err != nil {
		return nil, err
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if n.key != "" {
		r.Header.Set("Authorization", "Bearer "+n.key)
	}
	if n.party != "" {
		r.Header.Set(api.PartyHeader, n.party)
	}
	if c.Least > 0 {
		r.Header.Set(api.MinHeightHeader, strconv.FormatUint(c.Least, 10))
	}
	if !row.Asks && !op.BySource() {
		r.Header.Set(api.KeyHeader, c.RequestID())
		r.Header.Set(api.WholeHeader, "true")
	}
	return r, nil
}

// plain is a value as a path or a query has it: a text without its quotes, all else as JSON.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// queryOf writes fields as a query: a list's values each, unless they are objects.
func queryOf(fields map[string]json.RawMessage) string {
	query := url.Values{}
	for name, value := range fields {
		var list []json.RawMessage
		switch {
		case json.Unmarshal(value, &list) != nil:
			query.Set(name, plain(value))
		case len(list) > 0 && bytes.HasPrefix(list[0], []byte("{")):
			query.Set(name, string(value))
		default:
			for _, v := range list {
				query.Add(name, plain(v))
			}
		}
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// bodyOf is the body of a POST: the request, and the file that comes with it.
func bodyOf(op node.Operation, c *node.Call, fields map[string]json.RawMessage) (io.Reader, string, error) {
	if op.About().Method != http.MethodPost {
		return nil, "", nil
	}
	text, err := json.Marshal(fields)
	if err != nil || !op.Carries() {
		return bytes.NewReader(text), "application/json", err
	}
	if c.Upload.Open == nil {
		return nil, "", fault.New(fault.BadRequest, "`file`: the file doesn't come with it")
	}
	from, err := c.Upload.Open()
	if err != nil {
		return nil, "", node.OfFile(err)
	}
	from = told(from, c)
	out, in := io.Pipe()
	parts := multipart.NewWriter(in)
	go func() { in.CloseWithError(errors.Join(writeParts(parts, text, c.Upload.Name, from), from.Close())) }()
	return out, parts.FormDataContentType(), nil
}

// sending is a file that tells how much of it was sent.
type sending struct {
	io.ReadCloser
	call *node.Call
	far  node.Far
}

func told(from io.ReadCloser, c *node.Call) io.ReadCloser {
	s := &sending{from, c, node.Far{What: c.Upload.Name, Bytes: true}}
	if file, is := from.(*os.File); is {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			s.far.All = uint64(info.Size())
		}
	}
	return s
}

// Read reads on, and tells.
func (s *sending) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.far.Done += uint64(n)
	s.call.TellFar(s.far)
	return n, err
}

func writeParts(parts *multipart.Writer, request []byte, name string, file io.Reader) error {
	first, err := parts.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="request"`},
		"Content-Type": {"application/json"}})
	if err != nil {
		return err
	}
	if _, err := first.Write(request); err != nil {
		return err
	}
	second, err := parts.CreateFormFile("file", cmp.Or(name, "file"))
	if err != nil {
		return err
	}
	if _, err := io.Copy(second, file); err != nil {
		return fmt.Errorf("the file can't be sent: %w", err)
	}
	return parts.Close()
}
