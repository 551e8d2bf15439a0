@NullMarked
package io.sunaba.shell.container;

import org.jspecify.annotations.NullMarked;
