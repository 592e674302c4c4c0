// The vendor's SDK for Go, as Debian packages it: each case is one use of it, checked here.
// Run by test_go.py, or by hand: GO111MODULE=off GOPATH=/usr/share/gocode go run main.go http://127.0.0.1:8000
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io/ioutil"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const (
	public, private = "demo", "demo-private"
	part            = 4 << 20 // a little less than one request may carry
)

var (
	client *oss.Client
	bucket *oss.Bucket
	folder string
	large  = bytes.Repeat([]byte("0123456789abcde\n"), 600_000)
)

type use struct {
	name string
	run  func() error
}

var uses = []use{
	{"get with process", func() error {
		// This release has no option for a process; its connection signs any sub-resource.
		picture, err := client.Conn.Do("GET", private, "example.jpg",
			"x-oss-process=image%2Fresize%2Cw_100", "x-oss-process=image/resize,w_100", nil, nil, 0, nil)
		if err != nil {
			return err
		}
		defer picture.Body.Close()
		config, err := jpeg.DecodeConfig(picture.Body)
		return equal(err, []int{100, 67}, []int{config.Width, config.Height})
	}},
	{"put, get, head, delete", func() error {
		err := bucket.PutObject("go/图&+#.txt", strings.NewReader("hello"),
			oss.Meta("color", "red"), oss.ContentType("text/x-odd"), oss.CacheControl("max-age=5"))
		if err != nil {
			return err
		}
		found, err := read("go/图&+#.txt")
		if err := equal(err, "hello", string(found)); err != nil {
			return err
		}
		head, err := bucket.GetObjectDetailedMeta("go/图&+#.txt")
		if err := equal(err, []string{"red", "text/x-odd", "max-age=5", "5"}, headers(head,
			"X-Oss-Meta-Color", "Content-Type", "Cache-Control", "Content-Length")); err != nil {
			return err
		}
		if err := bucket.DeleteObject("go/图&+#.txt"); err != nil {
			return err
		}
		exists, err := bucket.IsObjectExist("go/图&+#.txt")
		return equal(err, false, exists)
	}},
	{"range", func() error {
		if err := bucket.PutObject("go/range.txt", strings.NewReader("0123456789")); err != nil {
			return err
		}
		found, err := read("go/range.txt", oss.Range(2, 4))
		return equal(err, "234", string(found))
	}},
	{"copy", func() error {
		if err := bucket.PutObject("go/source.txt", strings.NewReader("copied")); err != nil {
			return err
		}
		if _, err := bucket.CopyObject("go/source.txt", "go/copy.txt"); err != nil {
			return err
		}
		if _, err := bucket.CopyObjectTo(public, "go/copy.txt", "go/copy.txt"); err != nil {
			return err
		}
		other, err := client.Bucket(public)
		if err != nil {
			return err
		}
		body, err := other.GetObject("go/copy.txt")
		if err != nil {
			return err
		}
		defer body.Close()
		found, err := ioutil.ReadAll(body)
		return equal(err, "copied", string(found))
	}},
	{"keys with blanks", func() error {
		// This release writes a blank as a plus, in paths and in the source of a copy.
		if err := bucket.PutObject("go/a b/c d.txt", strings.NewReader("blank")); err != nil {
			return err
		}
		if _, err := bucket.CopyObject("go/a b/c d.txt", "go/c d+e.txt"); err != nil {
			return err
		}
		found, err := read("go/c d+e.txt")
		if err := equal(err, "blank", string(found)); err != nil {
			return err
		}
		page, err := bucket.ListObjects(oss.Prefix("go/a b/"))
		return equal(err, "go/a b/c d.txt", page.Objects[0].Key)
	}},
	{"acl and metadata", func() error {
		if err := bucket.PutObject("go/acl.txt", strings.NewReader("open")); err != nil {
			return err
		}
		if err := bucket.SetObjectACL("go/acl.txt", oss.ACLPublicRead); err != nil {
			return err
		}
		acl, err := bucket.GetObjectACL("go/acl.txt")
		if err := equal(err, "public-read", acl.ACL); err != nil {
			return err
		}
		if err := bucket.SetObjectMeta("go/acl.txt", oss.Meta("color", "blue")); err != nil {
			return err
		}
		head, err := bucket.GetObjectDetailedMeta("go/acl.txt")
		return equal(err, []string{"blue"}, headers(head, "X-Oss-Meta-Color"))
	}},
	{"list by pages, delete many", func() error {
		keys := []string{"go/list/a&b.txt", "go/list/图.txt", "go/list/深/c.txt"}
		for _, key := range keys {
			if err := bucket.PutObject(key, strings.NewReader("x")); err != nil {
				return err
			}
		}
		var found []string
		for marker := ""; ; {
			page, err := bucket.ListObjects(oss.Prefix("go/list/"), oss.MaxKeys(1), oss.Marker(marker))
			if err != nil {
				return err
			}
			for _, object := range page.Objects {
				found = append(found, object.Key)
			}
			if marker = page.NextMarker; !page.IsTruncated {
				break
			}
		}
		if err := equal(nil, keys, found); err != nil {
			return err
		}
		top, err := bucket.ListObjects(oss.Prefix("go/list/"), oss.Delimiter("/"))
		if err := equal(err, []string{"go/list/深/"}, top.CommonPrefixes); err != nil {
			return err
		}
		deleted, err := bucket.DeleteObjects(keys)
		return equal(err, keys, deleted.DeletedObjects)
	}},
	{"upload, copy and download in parts", func() error {
		source, target := filepath.Join(folder, "up"), filepath.Join(folder, "down")
		if err := ioutil.WriteFile(source, large, 0600); err != nil {
			return err
		}
		if err := bucket.UploadFile("go/large.bin", source, part, oss.Routines(3),
			oss.Checkpoint(true, filepath.Join(folder, "checkpoint"))); err != nil {
			return err
		}
		if err := bucket.CopyFile(private, "go/large.bin", "go/second.bin", part); err != nil {
			return err
		}
		if err := bucket.DownloadFile("go/second.bin", target, part, oss.Routines(3)); err != nil {
			return err
		}
		found, err := ioutil.ReadFile(target)
		return equal(err, true, bytes.Equal(large, found))
	}},
	{"abort an upload", func() error {
		upload, err := bucket.InitiateMultipartUpload("go/aborted.bin")
		if err != nil {
			return err
		}
		if _, err := bucket.UploadPart(upload, strings.NewReader("x"), 1, 1); err != nil {
			return err
		}
		parts, err := bucket.ListUploadedParts(upload)
		if err := equal(err, 1, len(parts.UploadedParts)); err != nil {
			return err
		}
		return bucket.AbortMultipartUpload(upload)
	}},
	{"an object too large for a reply", func() error {
		if err := bucket.UploadFile("go/redirected.bin", filepath.Join(folder, "up"), part); err != nil {
			return err
		}
		found, err := read("go/redirected.bin")
		return equal(err, true, bytes.Equal(large, found))
	}},
	{"a part too large for a request", func() error {
		// The gateway's own answer has no code of OSS: the SDK's error is empty.
		err := bucket.UploadFile("go/refused.bin", filepath.Join(folder, "up"), 2*part)
		if err := refused(err, 0, ""); err != nil {
			return err
		}
		exists, err := bucket.IsObjectExist("go/refused.bin")
		return equal(err, false, exists)
	}},
	{"buckets", func() error {
		listed, err := client.ListBuckets()
		if err != nil {
			return err
		}
		var names []string
		for _, each := range listed.Buckets {
			names = append(names, each.Name)
		}
		if err := equal(nil, []string{public, private}, names); err != nil {
			return err
		}
		info, err := client.GetBucketInfo(private)
		return equal(err, private, info.BucketInfo.Name)
	}},
	{"refusals", func() error {
		_, err := bucket.GetObject("go/none")
		if err := refused(err, 404, "NoSuchKey"); err != nil {
			return err
		}
		stranger, err := oss.New(os.Args[1], "darkroom", "another secret")
		if err != nil {
			return err
		}
		other, err := stranger.Bucket(private)
		if err != nil {
			return err
		}
		_, err = other.GetObject("example.jpg")
		return refused(err, 403, "SignatureDoesNotMatch")
	}},
}

func read(key string, options ...oss.Option) ([]byte, error) {
	body, err := bucket.GetObject(key, options...)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return ioutil.ReadAll(body)
}

func headers(sent http.Header, names ...string) (values []string) {
	for _, name := range names {
		values = append(values, sent.Get(name))
	}
	return
}

func equal(err error, expected, found interface{}) error {
	if err == nil && !reflect.DeepEqual(expected, found) {
		return fmt.Errorf("expected %v, found %v", expected, found)
	}
	return err
}

func refused(err error, status int, code string) error {
	var refusal oss.ServiceError
	if !errors.As(err, &refusal) || refusal.StatusCode != status || refusal.Code != code {
		return fmt.Errorf("expected %d %s, found %v", status, code, err)
	}
	return nil
}

func main() {
	outcomes := map[string]string{}
	if err := prepare(); err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	for _, each := range uses {
		outcomes[each.name] = "ok"
		if err := each.run(); err != nil {
			outcomes[each.name] = err.Error()
		}
	}
	json.NewEncoder(os.Stdout).Encode(outcomes)
}

func prepare() (err error) {
	if client, err = oss.New(os.Args[1], "darkroom", "darkroom-secret"); err != nil {
		return
	}
	if bucket, err = client.Bucket(private); err != nil {
		return
	}
	folder, err = ioutil.TempDir("", "go-client")
	return
}
