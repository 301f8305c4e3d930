# Prints hashes as Devise makes them, of passwords that standard input has as JSON. Devise is there without Rails: its models need
# a database, and a hash needs only to know the pepper and the cost.
require 'json'
require 'devise'

Model = Struct.new(:pepper, :stretches)

orders = JSON.parse($stdin.read)
model = Model.new(orders['pepper'], 4)
puts JSON.generate(orders['passwords'].map { |password| Devise::Encryptor.digest(model, password) })
