// Made by `s-tier types`: make it again instead of editing it.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  __InternalSupabase: {
    PostgrestVersion: "13"
  }
  public: {
    Tables: {
      /** Where customers live and work. */
      addresses: {
        Row: {
          city: string
          country_code: string
          customer_id: number
          id: number
          /** What the customer calls it: home, work … */
          label: string
          postal_code: string
          street: string
        }
        Insert: {
          city: string
          country_code: string
          customer_id: number
          id?: number
          label?: string
          postal_code: string
          street: string
        }
        Update: {
          city?: string
          country_code?: string
          customer_id?: number
          id?: number
          label?: string
          postal_code?: string
          street?: string
        }
        Relationships: [
          {
            foreignKeyName: "addresses_country_code_fkey"
            columns: ["country_code"]
            isOneToOne: false
            referencedRelation: "countries"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "addresses_customer_id_fkey"
            columns: ["customer_id"]
            isOneToOne: false
            referencedRelation: "customers"
            referencedColumns: ["id"]
          },
        ]
      }
      /** The tree of categories; products hang on its leaves. */
      categories: {
        Row: {
          id: number
          name: string
          /** The category above; null at the top. */
          parent_id: number | null
          /** The order among the children of one parent. */
          position: number
          slug: string
        }
        Insert: {
          id?: number
          name: string
          parent_id?: number | null
          position?: number
          slug: string
        }
        Update: {
          id?: number
          name?: string
          parent_id?: number | null
          position?: number
          slug?: string
        }
        Relationships: [
          {
            foreignKeyName: "categories_parent_id_fkey"
            columns: ["parent_id"]
            isOneToOne: false
            referencedRelation: "categories"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Where the store delivers to. */
      countries: {
        Row: {
          /** ISO 3166 code of two letters. */
          code: string
          name: string
          /** Value added tax as a fraction: 0.19 is 19 %. */
          vat_rate: number
        }
        Insert: {
          code: string
          name: string
          vat_rate: number
        }
        Update: {
          code?: string
          name?: string
          vat_rate?: number
        }
        Relationships: []
      }
      /** People with an account. Each of them sees only their own row. */
      customers: {
        Row: {
          born_on: string | null
          email: string
          first_name: string
          id: number
          last_name: string
          /** Language, newsletter and notifications, as the customer set them. */
          preferences: Json
          registered_at: string
          segment: Database["public"]["Enums"]["customer_segment"]
          full_name: string | null
        }
        Insert: {
          born_on?: string | null
          email: string
          first_name: string
          id?: number
          last_name: string
          preferences?: Json
          registered_at?: string
          segment?: Database["public"]["Enums"]["customer_segment"]
        }
        Update: {
          born_on?: string | null
          email?: string
          first_name?: string
          id?: number
          last_name?: string
          preferences?: Json
          registered_at?: string
          segment?: Database["public"]["Enums"]["customer_segment"]
        }
        Relationships: []
        ComputedFields: "full_name"
      }
      /** The people who run the store. Not for the public. */
      employees: {
        Row: {
          first_name: string
          hired_on: string
          id: number
          last_name: string
          /** Whom they report to; null for the head of the store. */
          manager_id: number | null
          title: string
        }
        Insert: {
          first_name: string
          hired_on: string
          id?: number
          last_name: string
          manager_id?: number | null
          title: string
        }
        Update: {
          first_name?: string
          hired_on?: string
          id?: number
          last_name?: string
          manager_id?: number | null
          title?: string
        }
        Relationships: [
          {
            foreignKeyName: "employees_manager_id_fkey"
            columns: ["manager_id"]
            isOneToOne: false
            referencedRelation: "employees"
            referencedColumns: ["id"]
          },
        ]
      }
      /** At most one card for each customer. */
      loyalty_cards: {
        Row: {
          customer_id: number
          issued_on: string
          number: string
          /** One point for each euro spent. */
          points: number
        }
        Insert: {
          customer_id: number
          issued_on: string
          number: string
          points?: number
        }
        Update: {
          customer_id?: number
          issued_on?: string
          number?: string
          points?: number
        }
        Relationships: [
          {
            foreignKeyName: "loyalty_cards_customer_id_fkey"
            columns: ["customer_id"]
            isOneToOne: true
            referencedRelation: "customers"
            referencedColumns: ["id"]
          },
        ]
      }
      /** What was ordered, one product a line. */
      order_lines: {
        Row: {
          line_number: number
          line_total: number | null
          order_id: number
          product_id: number
          quantity: number
          /** The price on the day of the order, in euros. */
          unit_price: number
        }
        Insert: {
          line_number: number
          line_total?: never
          order_id: number
          product_id: number
          quantity: number
          unit_price: number
        }
        Update: {
          line_number?: number
          line_total?: never
          order_id?: number
          product_id?: number
          quantity?: number
          unit_price?: number
        }
        Relationships: [
          {
            foreignKeyName: "order_lines_order_id_fkey"
            columns: ["order_id"]
            isOneToOne: false
            referencedRelation: "order_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "order_lines_order_id_fkey"
            columns: ["order_id"]
            isOneToOne: false
            referencedRelation: "orders"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "order_lines_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "order_lines_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "order_lines_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Orders. Each customer sees only their own. */
      orders: {
        Row: {
          billing_address_id: number
          customer_id: number
          id: number
          /** What the customer asked us to do. */
          note: string | null
          placed_at: string
          promotion_id: number | null
          shipping_address_id: number
          status: Database["public"]["Enums"]["order_status"]
          /** The sum of its lines after the promotion, in euros. */
          total: number
        }
        Insert: {
          billing_address_id: number
          customer_id: number
          id?: number
          note?: string | null
          placed_at?: string
          promotion_id?: number | null
          shipping_address_id: number
          status?: Database["public"]["Enums"]["order_status"]
          total?: number
        }
        Update: {
          billing_address_id?: number
          customer_id?: number
          id?: number
          note?: string | null
          placed_at?: string
          promotion_id?: number | null
          shipping_address_id?: number
          status?: Database["public"]["Enums"]["order_status"]
          total?: number
        }
        Relationships: [
          {
            foreignKeyName: "orders_billing_address_id_fkey"
            columns: ["billing_address_id"]
            isOneToOne: false
            referencedRelation: "addresses"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_customer_id_fkey"
            columns: ["customer_id"]
            isOneToOne: false
            referencedRelation: "customers"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_promotion_id_fkey"
            columns: ["promotion_id"]
            isOneToOne: false
            referencedRelation: "promotions"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_shipping_address_id_fkey"
            columns: ["shipping_address_id"]
            isOneToOne: false
            referencedRelation: "addresses"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Attempts to pay an order; a second one follows a failed one. */
      payments: {
        Row: {
          amount: number
          /** What the payment service told us, never a whole card number. */
          details: Json
          id: number
          method: Database["public"]["Enums"]["payment_method"]
          order_id: number
          paid_at: string | null
          status: Database["public"]["Enums"]["payment_status"]
        }
        Insert: {
          amount: number
          details?: Json
          id?: number
          method: Database["public"]["Enums"]["payment_method"]
          order_id: number
          paid_at?: string | null
          status: Database["public"]["Enums"]["payment_status"]
        }
        Update: {
          amount?: number
          details?: Json
          id?: number
          method?: Database["public"]["Enums"]["payment_method"]
          order_id?: number
          paid_at?: string | null
          status?: Database["public"]["Enums"]["payment_status"]
        }
        Relationships: [
          {
            foreignKeyName: "payments_order_id_fkey"
            columns: ["order_id"]
            isOneToOne: false
            referencedRelation: "order_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "payments_order_id_fkey"
            columns: ["order_id"]
            isOneToOne: false
            referencedRelation: "orders"
            referencedColumns: ["id"]
          },
        ]
      }
      /** The printed manual of a product that has one. */
      product_manuals: {
        Row: {
          languages: string[]
          pages: number
          product_id: number
          url: string
        }
        Insert: {
          languages: string[]
          pages: number
          product_id: number
          url: string
        }
        Update: {
          languages?: string[]
          pages?: number
          product_id?: number
          url?: string
        }
        Relationships: [
          {
            foreignKeyName: "product_manuals_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: true
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_manuals_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: true
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_manuals_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: true
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
        ]
      }
      /** What each product has cost, and when. */
      product_prices: {
        Row: {
          /** The days on which the price holds; open at the end for the present one. */
          period: string
          price: number
          product_id: number
        }
        Insert: {
          period: string
          price: number
          product_id: number
        }
        Update: {
          period?: string
          price?: number
          product_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "product_prices_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_prices_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_prices_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Which products carry which tags. */
      product_tags: {
        Row: {
          product_id: number
          tag_id: number
        }
        Insert: {
          product_id: number
          tag_id: number
        }
        Update: {
          product_id?: number
          tag_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "product_tags_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_tags_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_tags_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "product_tags_tag_id_fkey"
            columns: ["tag_id"]
            isOneToOne: false
            referencedRelation: "tags"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Everything on sale, and what was or will be. */
      products: {
        Row: {
          /** Material, size in centimetres, warranty in months, and more by kind. */
          attributes: Json
          category_id: number
          colours: string[]
          description: string
          id: number
          name: string
          /** The price without 20 % value added tax. */
          net_price: number | null
          /** What a customer pays, in euros, value added tax included. */
          price: number
          released_on: string
          /** Words of the name (weight A) and the description (weight B). */
          search: string | null
          sku: string
          status: Database["public"]["Enums"]["product_status"]
          /** The temperatures at which it may be stored. */
          storage_celsius: string
          supplier_id: number
          updated_at: string
          weight_kg: number
          average_rating: number | null
          in_stock: number | null
        }
        Insert: {
          attributes?: Json
          category_id: number
          colours?: string[]
          description: string
          id?: number
          name: string
          net_price?: never
          price: number
          released_on: string
          search?: never
          sku: string
          status?: Database["public"]["Enums"]["product_status"]
          storage_celsius?: string
          supplier_id: number
          updated_at?: string
          weight_kg: number
        }
        Update: {
          attributes?: Json
          category_id?: number
          colours?: string[]
          description?: string
          id?: number
          name?: string
          net_price?: never
          price?: number
          released_on?: string
          search?: never
          sku?: string
          status?: Database["public"]["Enums"]["product_status"]
          storage_celsius?: string
          supplier_id?: number
          updated_at?: string
          weight_kg?: number
        }
        Relationships: [
          {
            foreignKeyName: "products_category_id_fkey"
            columns: ["category_id"]
            isOneToOne: false
            referencedRelation: "categories"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "products_supplier_id_fkey"
            columns: ["supplier_id"]
            isOneToOne: false
            referencedRelation: "suppliers"
            referencedColumns: ["id"]
          },
        ]
        ComputedFields: "average_rating" | "in_stock"
      }
      /** Codes that make an order cheaper for a while. */
      promotions: {
        Row: {
          code: string
          discount_percent: number
          id: number
          name: string
          valid: string
        }
        Insert: {
          code: string
          discount_percent: number
          id?: number
          name: string
          valid: string
        }
        Update: {
          code?: string
          discount_percent?: number
          id?: number
          name?: string
          valid?: string
        }
        Relationships: []
      }
      /** What goes with a product, or instead of it. */
      related_products: {
        Row: {
          kind: Database["public"]["Enums"]["product_link"]
          product_id: number
          related_id: number
        }
        Insert: {
          kind: Database["public"]["Enums"]["product_link"]
          product_id: number
          related_id: number
        }
        Update: {
          kind?: Database["public"]["Enums"]["product_link"]
          product_id?: number
          related_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "related_products_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "related_products_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "related_products_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "related_products_related_id_fkey"
            columns: ["related_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "related_products_related_id_fkey"
            columns: ["related_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "related_products_related_id_fkey"
            columns: ["related_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Lines that came back. */
      returns: {
        Row: {
          line_number: number
          order_id: number
          quantity: number
          reason: string
          received_at: string
        }
        Insert: {
          line_number: number
          order_id: number
          quantity: number
          reason: string
          received_at: string
        }
        Update: {
          line_number?: number
          order_id?: number
          quantity?: number
          reason?: string
          received_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "returns_order_id_line_number_fkey"
            columns: ["order_id","line_number"]
            isOneToOne: true
            referencedRelation: "order_lines"
            referencedColumns: ["order_id","line_number"]
          },
        ]
      }
      /** One review for each product a customer has bought. */
      reviews: {
        Row: {
          body: string
          customer_id: number
          /** How many readers found it so. */
          helpful: number
          id: number
          product_id: number
          /** False while somebody looks at it. */
          published: boolean
          rating: number
          title: string
          written_at: string
        }
        Insert: {
          body: string
          customer_id: number
          helpful?: number
          id?: number
          product_id: number
          published?: boolean
          rating: number
          title: string
          written_at?: string
        }
        Update: {
          body?: string
          customer_id?: number
          helpful?: number
          id?: number
          product_id?: number
          published?: boolean
          rating?: number
          title?: string
          written_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "reviews_customer_id_fkey"
            columns: ["customer_id"]
            isOneToOne: false
            referencedRelation: "customers"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "reviews_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "reviews_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "reviews_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
        ]
      }
      /** The parcel of an order: one at most. */
      shipments: {
        Row: {
          carrier: string
          /** Somebody other than the packer. */
          checked_by: number
          delivered_at: string | null
          id: number
          order_id: number
          packed_by: number
          shipped_at: string
          tracking_code: string
          warehouse_id: number
        }
        Insert: {
          carrier: string
          checked_by: number
          delivered_at?: string | null
          id?: number
          order_id: number
          packed_by: number
          shipped_at: string
          tracking_code: string
          warehouse_id: number
        }
        Update: {
          carrier?: string
          checked_by?: number
          delivered_at?: string | null
          id?: number
          order_id?: number
          packed_by?: number
          shipped_at?: string
          tracking_code?: string
          warehouse_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "shipments_checked_by_fkey"
            columns: ["checked_by"]
            isOneToOne: false
            referencedRelation: "employees"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "shipments_order_id_fkey"
            columns: ["order_id"]
            isOneToOne: true
            referencedRelation: "order_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "shipments_order_id_fkey"
            columns: ["order_id"]
            isOneToOne: true
            referencedRelation: "orders"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "shipments_packed_by_fkey"
            columns: ["packed_by"]
            isOneToOne: false
            referencedRelation: "employees"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "shipments_warehouse_id_fkey"
            columns: ["warehouse_id"]
            isOneToOne: false
            referencedRelation: "warehouses"
            referencedColumns: ["id"]
          },
        ]
      }
      /** How much of a product lies in a warehouse. */
      stock: {
        Row: {
          /** What can be promised to a new order. */
          available: number | null
          product_id: number
          quantity: number
          reserved: number
          warehouse_id: number
        }
        Insert: {
          available?: never
          product_id: number
          quantity?: number
          reserved?: number
          warehouse_id: number
        }
        Update: {
          available?: never
          product_id?: number
          quantity?: number
          reserved?: number
          warehouse_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "stock_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "stock_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "stock_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "stock_warehouse_id_fkey"
            columns: ["warehouse_id"]
            isOneToOne: false
            referencedRelation: "warehouses"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Every change of stock since the last count; their sum is the stock. */
      stock_movements: {
        Row: {
          employee_id: number | null
          id: number
          moved_at: string
          product_id: number
          /** Positive into the house, negative out of it. */
          quantity: number
          reason: Database["public"]["Enums"]["movement_reason"]
          warehouse_id: number
        }
        Insert: {
          employee_id?: number | null
          id?: number
          moved_at?: string
          product_id: number
          quantity: number
          reason: Database["public"]["Enums"]["movement_reason"]
          warehouse_id: number
        }
        Update: {
          employee_id?: number | null
          id?: number
          moved_at?: string
          product_id?: number
          quantity?: number
          reason?: Database["public"]["Enums"]["movement_reason"]
          warehouse_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "stock_movements_employee_id_fkey"
            columns: ["employee_id"]
            isOneToOne: false
            referencedRelation: "employees"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "stock_movements_warehouse_id_product_id_fkey"
            columns: ["warehouse_id","product_id"]
            isOneToOne: false
            referencedRelation: "stock"
            referencedColumns: ["warehouse_id","product_id"]
          },
        ]
      }
      /** Whom the store buys from. Not for the public. */
      suppliers: {
        Row: {
          contact: Json
          country_code: string
          email: string
          id: number
          /** From our order to their delivery. */
          lead_time: string
          name: string
        }
        Insert: {
          contact?: Json
          country_code: string
          email: string
          id?: number
          lead_time: string
          name: string
        }
        Update: {
          contact?: Json
          country_code?: string
          email?: string
          id?: number
          lead_time?: string
          name?: string
        }
        Relationships: [
          {
            foreignKeyName: "suppliers_country_code_fkey"
            columns: ["country_code"]
            isOneToOne: false
            referencedRelation: "countries"
            referencedColumns: ["code"]
          },
        ]
      }
      /** Words that customers filter by. */
      tags: {
        Row: {
          colour: Json
          id: number
          name: string
        }
        Insert: {
          colour?: Json
          id?: number
          name: string
        }
        Update: {
          colour?: Json
          id?: number
          name?: string
        }
        Relationships: []
      }
      /** The houses that orders are sent from. */
      warehouses: {
        Row: {
          city: string
          code: string
          country_code: string
          /** Who leads it: one employee, one house. */
          head_id: number
          id: number
          /** Since when it is in use, and until when. */
          opens: string
        }
        Insert: {
          city: string
          code: string
          country_code: string
          head_id: number
          id?: number
          opens: string
        }
        Update: {
          city?: string
          code?: string
          country_code?: string
          head_id?: number
          id?: number
          opens?: string
        }
        Relationships: [
          {
            foreignKeyName: "warehouses_country_code_fkey"
            columns: ["country_code"]
            isOneToOne: false
            referencedRelation: "countries"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "warehouses_head_id_fkey"
            columns: ["head_id"]
            isOneToOne: true
            referencedRelation: "employees"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Products that customers keep for later. */
      wishes: {
        Row: {
          added_at: string
          customer_id: number
          product_id: number
        }
        Insert: {
          added_at?: string
          customer_id: number
          product_id: number
        }
        Update: {
          added_at?: string
          customer_id?: number
          product_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "wishes_customer_id_fkey"
            columns: ["customer_id"]
            isOneToOne: false
            referencedRelation: "customers"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "wishes_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "active_products"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "wishes_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "product_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "wishes_product_id_fkey"
            columns: ["product_id"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      /** Products that can be ordered now. It can be written to. */
      active_products: {
        Row: {
          category_id: number | null
          colours: string[] | null
          description: string | null
          id: number | null
          name: string | null
          price: number | null
          released_on: string | null
          sku: string | null
          weight_kg: number | null
        }
        Insert: {
          category_id?: number | null
          colours?: string[] | null
          description?: string | null
          id?: number | null
          name?: string | null
          price?: number | null
          released_on?: string | null
          sku?: string | null
          weight_kg?: number | null
        }
        Update: {
          category_id?: number | null
          colours?: string[] | null
          description?: string | null
          id?: number | null
          name?: string | null
          price?: number | null
          released_on?: string | null
          sku?: string | null
          weight_kg?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "products_category_id_fkey"
            columns: ["category_id"]
            isOneToOne: false
            referencedRelation: "categories"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Each category with the names above it. */
      category_paths: {
        Row: {
          depth: number | null
          id: number | null
          name: string | null
          names: string[] | null
          parent_id: number | null
          path: string | null
        }
        Relationships: []
      }
      /** Orders with who bought and where it went. */
      order_overview: {
        Row: {
          city: string | null
          country_code: string | null
          customer: string | null
          customer_id: number | null
          id: number | null
          placed_at: string | null
          status: Database["public"]["Enums"]["order_status"] | null
          total: number | null
        }
        Relationships: [
          {
            foreignKeyName: "addresses_country_code_fkey"
            columns: ["country_code"]
            isOneToOne: false
            referencedRelation: "countries"
            referencedColumns: ["code"]
          },
          {
            foreignKeyName: "orders_customer_id_fkey"
            columns: ["customer_id"]
            isOneToOne: false
            referencedRelation: "customers"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Products with the name of their category. */
      product_overview: {
        Row: {
          category: string | null
          category_id: number | null
          id: number | null
          name: string | null
          price: number | null
          released_on: string | null
          status: Database["public"]["Enums"]["product_status"] | null
        }
        Relationships: [
          {
            foreignKeyName: "products_category_id_fkey"
            columns: ["category_id"]
            isOneToOne: false
            referencedRelation: "categories"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Functions: {
      /** Ten products of its category, the nearest in price first. */
      alternatives: {
        Args: { product: Database["public"]["Tables"]["products"]["Row"] }
        Returns: {
          attributes: Json
          category_id: number
          colours: string[]
          description: string
          id: number
          name: string
          net_price: number | null
          price: number
          released_on: string
          search: string | null
          sku: string
          status: Database["public"]["Enums"]["product_status"]
          storage_celsius: string
          supplier_id: number
          updated_at: string
          weight_kg: number
        }[]
        SetofOptions: {
          from: "products"
          to: "products"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      /** The mean of its ratings; null without reviews. */
      average_rating: {
        Args: { product: Database["public"]["Tables"]["products"]["Row"] }
        Returns: number
      }
      /** A category and all below it. */
      category_tree: {
        Args: { root: number }
        Returns: {
          id: number
          name: string
          parent_id: number | null
          position: number
          slug: string
        }[]
        SetofOptions: {
          from: "*"
          to: "categories"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      colour:
        | { Args: { value: Json }; Returns: Json }
        | { Args: { value: string }; Returns: Json }
      /** The claim customer_id of the token. */
      current_customer_id: { Args: never; Returns: number }
      /** The country the order is sent to. */
      destination: {
        Args: { purchase: Database["public"]["Tables"]["orders"]["Row"] }
        Returns: {
          code: string
          name: string
          vat_rate: number
        }
        SetofOptions: {
          from: "orders"
          to: "countries"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** First and last name. */
      full_name: {
        Args: { customer: Database["public"]["Tables"]["customers"]["Row"] }
        Returns: string
      }
      /** How many can be promised, in all warehouses together. */
      in_stock: {
        Args: { product: Database["public"]["Tables"]["products"]["Row"] }
        Returns: number
      }
      json: { Args: { colour: Json }; Returns: Json }
      /** The customer whose token this is. */
      me: {
        Args: never
        Returns: {
          born_on: string | null
          email: string
          first_name: string
          id: number
          last_name: string
          preferences: Json
          registered_at: string
          segment: Database["public"]["Enums"]["customer_segment"]
        }[]
        SetofOptions: {
          from: "*"
          to: "customers"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      /** Places an order for the customer of the token: items are [{"product_id":1,"quantity":2}]. */
      place_order: {
        Args: {
          items: Json
          shipping_address_id: number
          billing_address_id?: number
          promotion_code?: string
        }
        Returns: {
          billing_address_id: number
          customer_id: number
          id: number
          note: string | null
          placed_at: string
          promotion_id: number | null
          shipping_address_id: number
          status: Database["public"]["Enums"]["order_status"]
          total: number
        }
        SetofOptions: {
          from: "*"
          to: "orders"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** The lowest and the highest price in a category. */
      price_span: {
        Args: { category_id: number }
        Returns: {
          lowest: number
          highest: number
        }
      }
      /** Products that carry all of these tags. */
      products_tagged: {
        Args: { tags: string[] }
        Returns: {
          attributes: Json
          category_id: number
          colours: string[]
          description: string
          id: number
          name: string
          net_price: number | null
          price: number
          released_on: string
          search: string | null
          sku: string
          status: Database["public"]["Enums"]["product_status"]
          storage_celsius: string
          supplier_id: number
          updated_at: string
          weight_kg: number
        }[]
        SetofOptions: {
          from: "*"
          to: "products"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      /** Computes the materialized reports anew. */
      refresh_reports: { Args: never; Returns: undefined }
      /** Puts the products of an order aside. */
      reserve_stock: { Args: { order_id: number }; Returns: undefined }
      /** Orders and revenue of each month of a year. */
      sales_by_month: {
        Args: { year: number }
        Returns: {
          month: string
          orders: number
          revenue: number
        }[]
      }
      /** Products by words, the best match first. "quoted phrase", or, -not. */
      search_products: {
        Args: { query: string; max_price?: number }
        Returns: {
          attributes: Json
          category_id: number
          colours: string[]
          description: string
          id: number
          name: string
          net_price: number | null
          price: number
          released_on: string
          search: string | null
          sku: string
          status: Database["public"]["Enums"]["product_status"]
          storage_celsius: string
          supplier_id: number
          updated_at: string
          weight_kg: number
        }[]
        SetofOptions: {
          from: "*"
          to: "products"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      /** Sending a weight within the country of a warehouse, in euros. */
      shipping_cost:
        | { Args: { order_id: number }; Returns: number }
        | { Args: { weight_kg: number }; Returns: number }
        | { Args: { weight_kg: number; country_code: string }; Returns: number }
      /** A net amount with the value added tax of a country. */
      with_vat: { Args: { net: number; country_code?: string }; Returns: number }
    }
    Enums: {
      customer_segment: "new" | "regular" | "loyal" | "business"
      movement_reason: "opening" | "delivery" | "dispatch" | "return" | "correction"
      order_status:
        | "pending"
        | "paid"
        | "packed"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "returned"
      payment_method: "card" | "paypal" | "bank_transfer" | "invoice"
      payment_status: "authorised" | "captured" | "refunded" | "failed"
      product_link: "accessory" | "alternative" | "successor"
      product_status: "draft" | "active" | "discontinued"
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  reporting: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      /** The hundred products with the most revenue. */
      best_sellers: {
        Row: {
          name: string | null
          product_id: number | null
          rank: number | null
          revenue: number | null
          units: number | null
        }
        Relationships: []
      }
      /** What each customer has spent. */
      customer_value: {
        Row: {
          customer_id: number | null
          last_order_at: string | null
          orders: number | null
          segment: Database["public"]["Enums"]["customer_segment"] | null
          spent: number | null
        }
        Relationships: []
      }
      /** Orders, units and revenue by month and category. */
      monthly_sales: {
        Row: {
          category: string | null
          category_id: number | null
          month: string | null
          orders: number | null
          revenue: number | null
          units: number | null
        }
        Relationships: []
      }
      /** Units and revenue of each product that was ever sold. */
      product_sales: {
        Row: {
          name: string | null
          product_id: number | null
          rank: number | null
          revenue: number | null
          units: number | null
        }
        Relationships: []
      }
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DefaultSchema = "public"

type Schemas = Omit<Database, "__InternalSupabase">
type Elsewhere = { schema: keyof Schemas }
type Sections<Name extends "Tables" | "Enums" | "CompositeTypes"> = {
  [Schema in keyof Schemas]: Schemas[Schema][Name]
}
type RelationsBySchema = {
  [Schema in keyof Schemas]: Schemas[Schema]["Tables"] & Schemas[Schema]["Views"]
}

/** A member of a schema: of the default one by its name, of another one by schema and name. */
type Member<BySchema extends Record<keyof Schemas, object>, First, Name> =
  First extends { schema: infer Schema extends keyof Schemas }
    ? Name extends keyof BySchema[Schema] ? BySchema[Schema][Name] : never
    : First extends keyof BySchema[DefaultSchema] ? BySchema[DefaultSchema][First] : never
type NameIn<BySchema extends Record<keyof Schemas, object>, First> =
  First extends { schema: infer Schema extends keyof Schemas } ? keyof BySchema[Schema] : never

/** A row as it is read. Its computed fields are there when `select` names them, so `*` makes one too. */
export type Tables<
  First extends keyof RelationsBySchema[DefaultSchema] | Elsewhere,
  Name extends NameIn<RelationsBySchema, First> = never,
> = Member<RelationsBySchema, First, Name> extends {
  Row: infer Row
  ComputedFields?: infer Fields
}
  ? unknown extends Fields
    ? Row
    : Omit<Row, Extract<Fields, string>> & Partial<Pick<Row, Extract<Fields, keyof Row>>>
  : never

/** A row as it is inserted. */
export type TablesInsert<
  First extends keyof RelationsBySchema[DefaultSchema] | Elsewhere,
  Name extends NameIn<RelationsBySchema, First> = never,
> = Member<RelationsBySchema, First, Name> extends { Insert: infer Row } ? Row : never

/** What an update may change. */
export type TablesUpdate<
  First extends keyof RelationsBySchema[DefaultSchema] | Elsewhere,
  Name extends NameIn<RelationsBySchema, First> = never,
> = Member<RelationsBySchema, First, Name> extends { Update: infer Row } ? Row : never

/** The labels of an enum. */
export type Enums<
  First extends keyof Sections<"Enums">[DefaultSchema] | Elsewhere,
  Name extends NameIn<Sections<"Enums">, First> = never,
> = Member<Sections<"Enums">, First, Name>

/** A composite type. */
export type CompositeTypes<
  First extends keyof Sections<"CompositeTypes">[DefaultSchema] | Elsewhere,
  Name extends NameIn<Sections<"CompositeTypes">, First> = never,
> = Member<Sections<"CompositeTypes">, First, Name>

export const Constants = {
  public: {
    Enums: {
      customer_segment: ["new", "regular", "loyal", "business"],
      movement_reason: ["opening", "delivery", "dispatch", "return", "correction"],
      order_status: ["pending", "paid", "packed", "shipped", "delivered", "cancelled", "returned"],
      payment_method: ["card", "paypal", "bank_transfer", "invoice"],
      payment_status: ["authorised", "captured", "refunded", "failed"],
      product_link: ["accessory", "alternative", "successor"],
      product_status: ["draft", "active", "discontinued"],
    },
  },
  reporting: {
    Enums: {},
  },
} as const
