@NullMarked
package io.sunaba.agent.kata;

import org.jspecify.annotations.NullMarked;
