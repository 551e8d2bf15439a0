@NullMarked
package io.sunaba.storage.fs;

import org.jspecify.annotations.NullMarked;
