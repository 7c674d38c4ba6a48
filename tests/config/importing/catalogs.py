"""Made-up catalogs with the oddities of real ones."""

from __future__ import annotations

SHOP = """\
# One file for all of it, as many repositories have it.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Checkout
  title: "Checkout: the till"
  description: >
    Takes the money.
  annotations:
    cockpit.dev/tier: "1"
    cockpit.dev/soft-deps: component:default/fraud, mailer
    cockpit.dev/preset: otel-http, nonsense
    github.com/project-slug: acme/checkout
    grafana/alert-label-selector: "app=checkout"
    pagerduty.com/integration-key: 0123456789abcdef
  links:
    - {url: https://wiki.acme.example/checkout-runbook, title: Runbook, icon: docs}
    - {url: https://grafana.acme.example/d/checkout, title: How it goes}
    - {url: "https://mara:hunter2@acme.example/", title: With a password}
    - {url: "javascript:alert(1)", title: No}
spec:
  type: service
  lifecycle: production
  owner: group:default/payments
  system: shop
  providesApis: [checkout-api]
  consumesApis: [orders-api, api:default/weather]
  dependsOn:
    - resource:default/orders-db
    - component:fraud
    - component:money-lib
    - Component:Default/CHECKOUT
    - resource:partners/psp
    - "component:${{ values.other }}"
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: &meta
  name: orders
  labels: {tier: tier-2}
spec:
  type: microservice
  owner: mara
  providesApis: [orders-api]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: orders-v2}
spec: {type: service, owner: payments, providesApis: [orders-api], system: SHOP}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: money-lib}
spec: {type: library, owner: payments}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders-db, annotations: {cockpit.dev/tier: high}}
spec:
  type: postgresql
  owner: payments
  dependencyOf: [component:orders, component:reports]
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders}
spec: {type: kafka-topic, owner: payments}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders-api}
spec:
  type: openapi
  lifecycle: production
  owner: payments
  definition:
    $text: ./openapi.yaml
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments}
spec:
  type: team
  profile: {displayName: Payments, email: payments@acme.example}
  children: []
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: nobody-asked}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: mara}
spec: {profile: {displayName: Mara, email: mara@acme.example}, memberOf: [payments]}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: Shop}
spec: {owner: payments}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: more}
spec: {targets: [./more.yaml, "https://git.acme.example/all.yaml"]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: "${{ values.name }}"}
spec: {type: service}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: new-service}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: not-ours}
---
"""

ODD = """\
x-common: &common
  owner: payments
  lifecycle: production
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: &m {name: till, links: &l [{url: "https://a.example/"}]}
spec: &s
  <<: {owner: payments, lifecycle: production}
  type: &t website
  dependsOn: &d [resource:default/queue]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: kiosk, links: *l}
spec:
  ? [a, b]
  : strange key
  type: !!str no
  dependsOn: component:till
  {{ template }}: x
  nested: "not closed
"""

OVERLAY = """\
# Made by `cockpit import backstage` from shop.yaml; that is left as it was.
# A catalog cannot say how much it hurts, so every edge is hard, and `unreviewed` until somebody
# has looked: remove `unreviewed` where it is true (C17), and the edge where it is not.
#
apiVersion: cockpit/v1
kind: Cockpit
metadata:
  name: Shop  # guessed: no configuration to lay it over
teams:
  - name: payments
    title: Payments
    oncall:
      email: payments@acme.example
  # One person, not a team.
  - name: mara
    title: Mara
    oncall:
      email: mara@acme.example
services:
"""
