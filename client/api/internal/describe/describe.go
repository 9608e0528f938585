// Package describe makes the description of the API, in OpenAPI 3.1, from the table of operations and the types of
// their requests and answers. What fields mean is what the source says beside them.
package describe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"tallystick/client/index"
	"tallystick/client/node"
)

// Field says how a field of a request is written in a path or a query: as text, as a list of texts, or as JSON.
type Field struct{ List, JSON bool }

// Source is what a description is made of. The source of the module is read from the working directory.
type Source struct {
	Module     string // path of the module
	Operations []node.Operation
	Problem    reflect.Type
	Waiting    reflect.Type // what is answered while a second person has to decide
	Codes      []string     // of refusals
	Fields     func(request reflect.Type) map[string]Field
	PathNames  func(path string) []string
	// the names of headers
	Key, Height, MinHeight, Again, Dry, Party string
	LeftOut                                   string // what stands in a path for a field that is left out
	// the path at which events are told as they come, the type of one, and the header that says after which
	Stream, LastEvent string
	Event             reflect.Type
	Batch             Batch
}

// Batch is the route that takes many entries.
type Batch struct {
	Path           string
	Most           int // entries
	Entry, Answer  reflect.Type
	Row            reflect.Type // of an answer in lines
	Lines, Example string       // media type, and an entry
}

type doc map[string]any

// Make makes the description.
func Make(src Source) ([]byte, error) {
	comments := &jsonschema.Reflector{}
	for _, folder := range []string{"chaincode", "client"} {
		if err := comments.AddGoComments(src.Module, folder); err != nil {
			return nil, err
		}
	}
	s := &schemas{comments: tidied(comments.CommentMap), named: map[string]json.RawMessage{}}
	problem, err := s.answer(src.Problem)
	if err != nil {
		return nil, err
	}
	waiting, err := s.answer(src.Waiting)
	if err != nil {
		return nil, err
	}
	paths, err := s.paths(src)
	if err != nil {
		return nil, err
	}
	return laidOut(doc{
		"openapi": "3.1.0",
		"info": doc{"title": "Tallystick 合契", "version": "1", "description": about,
			"license": doc{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers": []doc{{"url": "/"}}, "security": []doc{{"key": []string{}}}, "tags": tagsOf(src.Operations),
		"paths": paths, "components": s.components(src, problem, waiting),
	})
}

// paths describes all operations, by their paths and methods. Answers come first: where a request's schema differs from
// an answer's, it is the request's that gets another name.
func (s *schemas) paths(src Source) (map[string]doc, error) {
	answers := make([]json.RawMessage, len(src.Operations))
	for i, op := range src.Operations {
		_, answer := op.Types()
		var err error
		if answers[i], err = s.answer(answer); err != nil {
			return nil, err
		}
	}
	paths := map[string]doc{}
	for i, op := range src.Operations {
		row := op.About()
		described, err := s.operation(src, op, answers[i])
		if err != nil {
			return nil, err
		}
		if paths[row.Path] == nil {
			paths[row.Path] = doc{}
		}
		paths[row.Path][strings.ToLower(row.Method)] = described
	}
	batch, err := s.batch(src.Batch, src.Height)
	if err != nil {
		return nil, err
	}
	paths[src.Batch.Path] = doc{"post": batch}
	paths[src.Stream], err = s.stream(src)
	return paths, err
}

// batch describes the route of batches.
func (s *schemas) batch(b Batch, height string) (doc, error) {
	entry, err := s.request(b.Entry)
	if err != nil {
		return nil, err
	}
	answer, err := s.answer(b.Answer)
	if err != nil {
		return nil, err
	}
	row, err := s.answer(b.Row)
	if err != nil {
		return nil, err
	}
	one := json.RawMessage(b.Example)
	return doc{
		"operationId": "batch.send", "tags": []string{"batch"},
		"summary": fmt.Sprintf("Up to %d commands, each for itself, in their order; of operations that send one command "+
			"each, for who may ask for each by itself", b.Most),
		"description": "一次提交多条命令，各自生效、各自答复，按次序",
		"requestBody": doc{"required": true, "content": doc{
			"application/json": doc{"schema": doc{"type": "array", "minItems": 1, "maxItems": b.Most, "items": entry},
				"example": []json.RawMessage{one}},
			b.Lines: doc{"schema": entry, "example": one},
		}},
		"responses": doc{
			"200": doc{"description": "What became of each; in lines as it comes",
				"headers": doc{height: doc{"$ref": "#/components/headers/Height"}},
				"content": doc{"application/json": doc{"schema": answer}, b.Lines: doc{"schema": row}}},
			"default": doc{"$ref": "#/components/responses/Problem"},
		},
	}, nil
}

// components are what operations refer to.
func (s *schemas) components(src Source, problem, waiting json.RawMessage) doc {
	return doc{
		"schemas": s.named,
		"securitySchemes": doc{"key": doc{"type": "http", "scheme": "bearer",
			"description": "An API key of the node: tallyd key add"}},
		"parameters": doc{
			"Key": doc{"name": src.Key, "in": "header", "required": true,
				"description": "By which name the ledger remembers the request, for good: the same key and request take effect " +
					"once, and answer the same bytes again",
				"schema": doc{"type": "string", "minLength": 1, "maxLength": 64}, "example": "till-7-000123"},
			"Limit": doc{"name": "limit", "in": "query",
				"description": "Rows at most; without limit and cursor the whole list comes",
				"schema":      doc{"type": "integer", "minimum": 1, "maximum": index.MaxPage}, "example": 100},
			"Cursor": doc{"name": "cursor", "in": "query",
				"description": "The next of the answer before it, with the same fields. Each part is as of its own height: a row " +
					"that stays comes once",
				"schema": doc{"type": "string"}},
			"DryRun": doc{"name": src.Dry, "in": "header",
				"description": "Answers what would happen by the ledger's own functions, on all the blocks that " + src.Height +
					" says and perhaps more, and writes nothing; no " + src.Key + " is needed, and none is remembered",
				"schema": doc{"type": "string", "enum": []string{"true"}}},
			"MinHeight": doc{"name": src.MinHeight, "in": "header",
				"description": "How many blocks the node must have seen: the " + src.Height +
					" of an answer that this request must see",
				"schema": doc{"type": "integer", "minimum": 0}},
			"Party": doc{"name": src.Party, "in": "header",
				"description": "Whose node is meant: another party's refuses; any if it is left out. In a path " + src.LeftOut +
					" stands for a field that is left out",
				"schema": doc{"type": "string"}, "example": "D"},
		},
		"headers": doc{
			"Height": doc{"description": "How many blocks the node had seen: the answer has them all",
				"schema": doc{"type": "integer"}},
			"Again": doc{"description": "true if the key's request had taken effect before",
				"schema": doc{"type": "string", "enum": []string{"true"}}},
		},
		"responses": doc{"Waiting": doc{"description": "A second person has to let it happen, as a rule of the node's says; it " +
			"is sent then, and asking again under the same key answers this until then",
			"content": doc{"application/json": doc{"schema": waiting}}},
			"Problem": doc{"description": "It was refused: one of " + strings.Join(src.Codes, ", "),
				"content": doc{"application/problem+json": doc{"schema": problem}}}},
	}
}

const about = "A party's node of the alliance's ledger. Points are in the smallest units of their programme, money in fen: " +
	"whole numbers. A request that writes has an Idempotency-Key, under which it takes effect once. " +
	"积分以计划最小单位计，金额以分计；写请求凭 Idempotency-Key 只生效一次。"

// laidOut writes a document with sorted keys, and each entry of its long lists in a line of its own, so that what
// changes is seen.
func laidOut(d doc) ([]byte, error) {
	compact, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = errors.Join(lines(&out, compact, 0), out.WriteByte('\n'))
	return out.Bytes(), err
}

// long are the lists of which each entry has lines of its own, by how deep they nest.
var long = [][]string{{""}, {"paths", "components"}, {"schemas"}}

func lines(out *bytes.Buffer, object json.RawMessage, depth int) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return err
	}
	indent := strings.Repeat(" ", depth+1)
	out.WriteString("{")
	for i, name := range slices.Sorted(maps.Keys(fields)) {
		if i > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(out, "\n%s%q: ", indent, name)
		if depth+1 < len(long) && slices.Contains(long[depth+1], name) {
			if err := lines(out, fields[name], depth+1); err != nil {
				return err
			}
			continue
		}
		out.Write(unescaped(fields[name]))
	}
	fmt.Fprintf(out, "\n%s}", indent[1:])
	return nil
}

// unescaped is JSON without the escapes that only HTML needs.
func unescaped(text []byte) []byte {
	for escape, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		text = bytes.ReplaceAll(text, []byte(escape), []byte(plain))
	}
	return text
}

// tidied are comments in one line each.
func tidied(comments map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range comments {
		out[name] = strings.Join(strings.Fields(text), " ")
	}
	return out
}

// tagsOf are the operations' subjects.
func tagsOf(ops []node.Operation) []doc {
	names := map[string]bool{"batch": true}
	for _, op := range ops {
		names[tagOf(op.About().Name)] = true
	}
	var tags []doc
	for _, name := range slices.Sorted(maps.Keys(names)) {
		tags = append(tags, doc{"name": name})
	}
	return tags
}

func tagOf(operation string) string {
	tag, _, _ := strings.Cut(operation, ".")
	return tag
}

// operation describes one operation.
func (s *schemas) operation(src Source, op node.Operation, answer json.RawMessage) (doc, error) {
	row := op.About()
	request, _ := op.Types()
	schema, err := s.request(request)
	if err != nil {
		return nil, err
	}
	described := doc{
		"operationId": row.Name, "summary": row.En, "description": row.Zh, "tags": []string{tagOf(row.Name)},
		"x-permission": row.Permission,
	}
	headers := doc{src.Height: doc{"$ref": "#/components/headers/Height"}}
	parameters := []doc{{"$ref": "#/components/parameters/MinHeight"}, {"$ref": "#/components/parameters/Party"}}
	if !row.Asks {
		headers[src.Again] = doc{"$ref": "#/components/headers/Again"}
	}
	if !row.Asks && !op.BySource() {
		parameters = append(parameters, doc{"$ref": "#/components/parameters/Key"})
	}
	if op.Single() {
		described["x-single"] = true // it can be an entry of a batch
	}
	if op.Tries() {
		parameters = append(parameters, doc{"$ref": "#/components/parameters/DryRun"})
	}
	var example map[string]json.RawMessage
	if err := json.Unmarshal([]byte(row.Example), &example); err != nil {
		return nil, err
	}
	for _, name := range src.PathNames(row.Path) {
		parameters = append(parameters, parameter(name, "path", schema.Properties[name], example[name], Field{}))
		delete(schema.Properties, name)
		delete(example, name)
	}
	if row.Method == "GET" {
		if op.Pages() {
			parameters = append(parameters, doc{"$ref": "#/components/parameters/Limit"},
				doc{"$ref": "#/components/parameters/Cursor"})
		}
		fields := src.Fields(request)
		for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
			parameters = append(parameters,
				parameter(name, "query", schema.Properties[name], example[name], fields[name]))
		}
	} else {
		described["requestBody"] = bodyOf(op, schema, example)
	}
	answers := doc{"application/json": doc{"schema": answer}}
	if op.Pages() {
		answers[src.Batch.Lines] = doc{"schema": doc{"type": "object",
			"description": "a row in each line, all of one height: the whole list, cut off if it can't come whole"}}
	}
	described["parameters"] = parameters
	described["responses"] = doc{
		"200": doc{
			"description": "Done",
			"headers":     headers,
			"content":     answers,
		},
		"default": doc{"$ref": "#/components/responses/Problem"},
	}
	if !row.Asks && !op.Carries() && !op.BySource() && row.Permission != node.Approve {
		described["responses"].(doc)["202"] = doc{"$ref": "#/components/responses/Waiting"}
	}
	return described, nil
}

// bodyOf describes the body of a POST: the request, and the file that comes with it.
func bodyOf(op node.Operation, schema object, example map[string]json.RawMessage) doc {
	if !op.Carries() {
		return doc{"required": len(example) > 0,
			"content": doc{"application/json": doc{"schema": schema, "example": example}}}
	}
	file := doc{"type": "string", "contentMediaType": "application/octet-stream", "description": "comes last"}
	return doc{"required": true, "content": doc{"multipart/form-data": doc{
		"schema": doc{"type": "object", "required": []string{"request", "file"},
			"properties": doc{"request": schema, "file": file}},
		"encoding": doc{"request": doc{"contentType": "application/json"}},
		"example":  doc{"request": example, "file": "what the file has"},
	}}}
}

// parameter describes a field of a request that stands in the path or the query.
func parameter(name, in string, schema, example json.RawMessage, as Field) doc {
	p := doc{"name": name, "in": in}
	if in == "path" {
		p["required"] = true
	}
	var said struct {
		Description string `json:"description"`
	}
	if json.Unmarshal(schema, &said) == nil && said.Description != "" {
		p["description"] = said.Description
	}
	of := p
	if as.JSON {
		of = doc{}
		p["content"] = doc{"application/json": of}
	}
	if of["schema"] = schema; example != nil {
		of["example"] = example
	}
	return p
}
