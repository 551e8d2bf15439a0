@NullMarked
package io.sunaba.shell.control;

import org.jspecify.annotations.NullMarked;
