@NullMarked
package io.sunaba.events;

import org.jspecify.annotations.NullMarked;
