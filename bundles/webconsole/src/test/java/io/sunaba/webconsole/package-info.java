@NullMarked
package io.sunaba.webconsole;

import org.jspecify.annotations.NullMarked;
