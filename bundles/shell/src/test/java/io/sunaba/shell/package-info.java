@NullMarked
package io.sunaba.shell;

import org.jspecify.annotations.NullMarked;
