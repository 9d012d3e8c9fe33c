import json
from modules.bench import *
def show(label, r):
    r = {k: v for k, v in r.items() if k not in ("invocation", "servers")}
    print("  ", label, json.dumps(r)[:1200])
def test_probe(bench):
    b = bench
    print("\n=====", b.platform)
    show("info", b.call("server_info", names=["web-01"], fields=["name"]))
    show("stop", b.power(names=["web-01"], state="stopped", diff=True))
    print("   ", len(b.requests()), b.clock.elapsed, b.deeds())
    show("again", b.power(names=["web-01"], state="stopped"))
    show("noselect", b.power(state="stopped"))
    show("unknownplatform", b.power(platform="azure", all=True, state="stopped"))
    show("no creds", b.power(auth=None, all=True, state="stopped"))
    show("no project", b.power(auth=b.auth(project_name="nope"), all=True, state="stopped"))
    show("no region", b.power(region="nope", all=True, state="stopped"))
    show("twin", b.power(names=["twin"], state="stopped"))
    show("missing id", b.power(ids=["0000"], state="stopped"))
    show("ip", b.power(ips=["10.0.0.0/24"], state="stopped"))
    show("tag", b.power(tags=["a,b"], state="stopped"))
    show("query", b.power(query="[?", state="stopped"))
    show("query2", b.power(query="[*].name", state="stopped"))
    show("page", b.power(all=True, page_size=1001, state="stopped"))
    show("locked", b.power(names=["vault-01"], state="stopped"))
    show("error", b.power(names=["broken-01"], state="stopped"))
    show("error2", b.power(names=["broken-01"], state="started"))
    b.change("web-02", status="REBOOT", stuck=True)
    show("stuck", b.power(names=["web-02"], state="stopped"))
