@NullMarked
package io.sunaba.storage.leveldb;

import org.jspecify.annotations.NullMarked;
