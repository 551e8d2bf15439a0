/// Drives agents that speak Kata's agent protocol over ttRPC: the platform's own and stock ones.
@NullMarked
package io.sunaba.agent.kata;

import org.jspecify.annotations.NullMarked;
