@NullMarked
package io.sunaba.shell.plugin;

import org.jspecify.annotations.NullMarked;
