"""Made-up pages with the oddities of real ones."""

from __future__ import annotations

ALERT = """\
---
title: KubeCartSlow
severity: critical
owner: web
tags: [cart, latency]
weight: 20
---

# KubeCartSlow

## Meaning

Carts take long. {{< hint info >}}

<!-- nobody reads this -->

## Diagnosis

- Look at the pods: `kubectl get pods -n <namespace>`
- Ask *who* deployed

## Mitigation

1. Drain the [node](https://wiki.example/node):

   ```shell
   $ kubectl drain <node-name> --ignore-daemonsets
   node/a drained
   ```

2. Wait. It takes a while, mostly
   five minutes.

```
export NS=shop
kubectl -n $NS rollout restart deploy/$APP
```

3. Look at `${HOME}` and {{ .Values.zone }}

### Rollback

Uncordon it:

```sh
kubectl uncordon <node-name>
```
"""

MANY = """\
# Cart runbooks

[[_TOC_]]

Two things go wrong here.

## Scenario: cart is slow

### Symptoms
Slow.

### Resolution
1. Restart it.

```bash
systemctl restart cart
```

### Back out
Start the old one.

## Scenario: cart is gone

### Symptoms
Gone.

### Resolution
| Step | Action | Command |
|------|--------|---------|
| 1 | Call the vendor | |
| 2 | Look at the log | `journalctl -u cart` |
"""

GERMAN = """\
##Voraussetzungen
Zugang zum Rechner

Vorgehen
========

1. Dienst anhalten
   1. Erst die Last wegnehmen
      ```
      systemctl stop lastverteiler
      ```
   2. Dann warten
2. Passwort eingeben: `mysql -u root -p<password> shop`

<details><summary>Mehr</summary>

Nichts weiter, siehe &lt;seite&gt;.

</details>

Rückgängig machen
-----------------
Dienst wieder starten
"""

ALERT_DRAFT = """\
# Draft, made by cockpit from KubeCartSlow.md; that is left as it was. Look at every guess, and
# take its mark away when it is right: lint counts them (R25).
# Nobody has said yet what may be repeated, how to find out what a step did, and how to take it
# back.
#
"""
