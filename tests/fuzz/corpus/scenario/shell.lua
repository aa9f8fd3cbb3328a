#!/usr/bin/env tailback
-- SPDX-License-Identifier: MIT
return 1
