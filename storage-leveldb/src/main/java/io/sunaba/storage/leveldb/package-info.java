/// Metadata storage in a LevelDB database.
@NullMarked
package io.sunaba.storage.leveldb;

import org.jspecify.annotations.NullMarked;
